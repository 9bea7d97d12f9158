import { parseExpr } from '@weir/promql'
import { expect, test } from 'vitest'
import { packExpressions } from './check/expressions.ts'
import { PACKS } from './registry.ts'

test.each(
  PACKS.flatMap((pack) => packExpressions(pack).map(({ where, expr }) => [pack.id, where, expr])),
)('%s: the PromQL of %s can be read', (_, where, expr) => {
  expect(() => parseExpr(expr ?? ''), where).not.toThrow()
})
