/** What must be true of each pack, whatever its system. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Pack } from './pack.ts'
import { PACKS } from './registry.ts'
import { describeStage, packRuleGroups } from './rule-groups.ts'

/** Series that Weir and the rule engine make themselves. */
const GIVEN = new Set(['ALERTS'])

/** Metric names in an expression: words that are neither functions, labels, keywords nor quoted. */
function metricNames(expr: string, prefix: string): string[] {
  const bare = expr.replaceAll(/"[^"]*"/g, '""')
  return [...bare.matchAll(/[a-zA-Z_:][a-zA-Z0-9_:]*/g)]
    .map(([word]) => word)
    .filter((word) => word.startsWith(prefix) || word.includes(':') || /^(weir_|ALERTS)/.test(word))
}

/** All PromQL of a pack, with a name to find it by. */
function expressions(pack: Pack): (readonly [name: string, expr: string])[] {
  const rules = packRuleGroups(pack).flatMap(({ rules }) => rules)
  const panels = pack.dashboards.flatMap(({ rows }) => rows.flatMap((row) => row.panels))
  return [
    ...rules.map((rule) => ['alert' in rule ? rule.alert : rule.record, rule.expr] as const),
    ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
    ...pack.dashboards.flatMap(({ variables }) =>
      variables.map(({ name, metric }) => [`variable ${name}`, metric] as const),
    ),
  ]
}

describe.each(PACKS.map((pack) => [pack.id, pack] as const))('pack %s', (_, pack) => {
  const series = new Set(
    pack.metrics.flatMap(({ name, type }) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
    ),
  )
  const recorded = new Set(
    packRuleGroups(pack).flatMap(({ rules }) =>
      rules.flatMap((rule) => ('record' in rule ? [rule.record] : [])),
    ),
  )

  test('every expression asks for series of the reference or of a recorded rule', () => {
    const strange = expressions(pack).flatMap(([name, expr]) =>
      metricNames(expr, pack.metricPrefix)
        .filter((metric) => !series.has(metric) && !recorded.has(metric) && !GIVEN.has(metric))
        .map((metric) => `${name}: ${metric}`),
    )
    expect(strange).toEqual([])
  })

  test('a rule uses what was recorded before it, or its own past', () => {
    const known = new Set<string>()
    const early: string[] = []
    for (const { rules } of packRuleGroups(pack)) {
      for (const rule of rules) {
        const own = 'record' in rule ? rule.record : ''
        for (const metric of metricNames(rule.expr, `${pack.id}:`)) {
          // What a remembered moment is compared with is recorded just after it.
          const isMemory = metric === own || metric === own.replace('_time_seconds', '_count')
          if (recorded.has(metric) && !known.has(metric) && !isMemory)
            early.push(`${own}: ${metric}`)
        }
        known.add(own)
      }
    }
    expect(early).toEqual([])
  })

  test('names are unique', () => {
    const names = [
      ...pack.alerts.map(({ name }) => name),
      ...pack.metrics.map(({ name }) => name),
      ...pack.stages.map(({ stage }) => `stage ${stage}`),
      ...pack.dashboards.map(({ name }) => name),
    ]
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  test('what wakes it is in the reference', () => {
    expect(pack.detect.filter((name) => !series.has(name))).toEqual([])
  })

  test('alerts belong to stages of the pack', () => {
    const stages = new Set(pack.stages.map(({ stage }) => stage))
    // A template names whatever stage the data tells of.
    const strange = pack.alerts.filter(({ stage }) => !stages.has(stage) && !stage.includes('{{'))
    expect(strange).toEqual([])
  })

  test('the manual names every alert', () => {
    const page = readFileSync(
      join(import.meta.dirname, `../../../docs/packs/${pack.id}.md`),
      'utf8',
    )
    expect(pack.alerts.map(({ name }) => name).filter((name) => !page.includes(name))).toEqual([])
  })
})

test.each([
  ['airflow', 'run', 40, 'DAG run', 'runs/s'],
  ['custom', 'sink', 40, 'Sink', 'records/s'],
  ['custom', 'dead-letter queue', 100, 'Dead letter queue', 'records/s'],
])('stage %s/%s stands at %d as "%s"', (system, stage, order, title, unit) => {
  const found = describeStage(PACKS, system, stage)
  expect([found.order, found.title, found.units.throughput]).toEqual([order, title, unit])
})
