import { parseExpr } from '@weir/promql'
import { expect, test } from 'vitest'
import { PACKS } from './registry.ts'
import { packRuleGroups } from './rule-groups.ts'

const rules = PACKS.flatMap((pack) =>
  packRuleGroups(pack).flatMap((group) =>
    group.rules.map((rule) => [pack.id, 'alert' in rule ? rule.alert : rule.record, rule.expr]),
  ),
)
const panels = PACKS.flatMap((pack) =>
  pack.dashboards.flatMap((board) =>
    board.rows.flatMap((row) =>
      row.panels.flatMap(({ title, targets }) =>
        targets.map(({ expr }) => [pack.id, title, expr.replaceAll('$__rate_interval', '1m')]),
      ),
    ),
  ),
)

test.each([...rules, ...panels])('%s: the PromQL of %s can be read', (_, name, expr) => {
  expect(() => parseExpr(expr ?? ''), name).not.toThrow()
})
