/** What must be true of each pack, whatever its system. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  KnownSeries,
  askedText,
  namesAsked,
  packExpressions,
  recordedNames,
} from './check/expressions.ts'
import { PACKS } from './registry.ts'
import { describeStage } from './describe-stage.ts'
import { packRuleGroups } from './rule-groups.ts'

describe.each(PACKS.map((pack) => [pack.id, pack] as const))('pack %s', (_, pack) => {
  const known = new KnownSeries(pack)
  const recorded = recordedNames(pack)

  test('every expression asks for series of the reference or of a recorded rule', () => {
    const strange = packExpressions(pack).flatMap(({ where, expr }) =>
      namesAsked(expr)
        .filter((asked) => !known.has(asked))
        .map((asked) => `${where}: ${askedText(asked)}`),
    )
    expect(strange).toEqual([])
  })

  test('a rule uses what was recorded before it, or its own past', () => {
    const before = new Set<string>()
    const early: string[] = []
    for (const rule of packRuleGroups(pack).flatMap(({ rules }) => rules)) {
      const own = 'record' in rule ? rule.record : ''
      for (const asked of namesAsked(rule.expr)) {
        if (asked.kind === 'fits' || !recorded.has(asked.name) || before.has(asked.name)) continue
        // What a remembered moment is compared with is recorded just after it.
        const isMemory = asked.name === own || asked.name === own.replace('_time_seconds', '_count')
        if (!isMemory) early.push(`${own}: ${asked.name}`)
      }
      before.add(own)
    }
    expect(early).toEqual([])
  })

  test('names are unique', () => {
    const names = [
      ...pack.alerts.map(({ name }) => name),
      ...pack.metrics.flatMap(({ name, aliases = [] }) => [name, ...aliases]),
      ...pack.stages.map(({ stage }) => `stage ${stage}`),
      ...pack.dashboards.map(({ name }) => name),
    ]
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  test('what wakes it is in the reference', () => {
    expect(pack.detect.filter((name) => !known.has({ kind: 'is', name }))).toEqual([])
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
