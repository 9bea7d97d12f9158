import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Variable,
  boardScope,
  expandRepeats,
  panelQueries,
  readDashboards,
} from '@weir/boards'
import { parseExpr } from '@weir/promql'
import { expect, test } from 'vitest'

const FOLDER = join(import.meta.dirname, '../fixtures/dashboards')
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.json'))

/** Odd ones where several may be chosen; a number or a span where one is. */
function chosen(variable: Variable): string | readonly string[] {
  if ('multi' in variable && variable.multi === true) return ['a.b', 'c"d']
  return variable.type === 'custom' ? variable.options[0]!.value : '5m'
}

function brokenQueries(file: string): readonly string[] {
  const { dashboard } = readDashboards(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')))
    .dashboards[0]!
  const choices = new Map<string, string | readonly string[]>(
    dashboard.templating.list.map((variable) => [variable.name, chosen(variable)]),
  )
  const scope = boardScope(dashboard, { choices, from: 0, to: 3_600_000 })
  const moment = { from: 0, to: 3_600_000, width: 1000 }
  return expandRepeats(dashboard, scope)
    .flatMap(({ panel, scope: inside }) => panelQueries(panel, inside, moment))
    .filter(({ language }) => language === 'promql')
    .map(({ expr }) => expr)
    .filter((expr) => {
      try {
        parseExpr(expr)
        return false
      } catch {
        return true
      }
    })
}

test.each(FILES)('each query of %s is PromQL once its variables are filled in', (file) => {
  // Functions that only VictoriaMetrics has.
  const isMetricsQl = (expr: string): boolean => /\b(?:topk_max|increases_over_time)\b/.test(expr)
  const broken = brokenQueries(file)
  expect(broken.filter((expr) => !isMetricsQl(expr))).toEqual([])
  expect(broken).toHaveLength(file === 'alerts-victoriametrics-statistics.json' ? 3 : 0)
})
