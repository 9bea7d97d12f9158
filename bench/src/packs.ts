/**
 * What packs cost while they are awake: processor time of one evaluation of a pack's rules over a
 * system of some size, an hour of samples behind it, in a process that does nothing else; and which
 * expressions take the most of it.
 *
 * | variable | is |
 * | --- | --- |
 * | `BENCH_PACKS` | all unless told: `flink,airflow` |
 * | `BENCH_TOP` | expressions shown for each, 3 unless told |
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { type Clock, Labels, METRIC_NAME, type Millis, systemClock } from '@weir/model'
import { PACKS, type PackRule, packRuleGroups } from '@weir/packs'
import { instantQuery } from '@weir/promql'
import { openReader, openStore } from '@weir/tsdb'

import { WORLDS, type World, seriesOf } from './pack-worlds.ts'
import { loadWeir } from './weir-load.ts'

const STEP_MS = 15_000
/** An hour, as most windows want, and a few to look back from. */
const SAMPLES = 250
/** Evaluations before those that count: records of records, and code that is warm. */
const WARM = 3
const ROUNDS = 5

const asked = process.env['BENCH_PACKS']?.split(',')
const top = Number(process.env['BENCH_TOP'] ?? 3)

for (const world of WORLDS.filter(({ pack }) => asked?.includes(pack) ?? true)) await measure(world)

async function measure(world: World): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-packs-'))
  try {
    const pack = PACKS.find(({ id }) => id === world.pack)!
    const [group] = packRuleGroups(pack)
    const rules = group!.rules
    const series = seriesOf(world, pack, rules.map(({ expr }) => expr).join('\n'))
    const startMs = Math.floor(Date.now() / STEP_MS - SAMPLES) * STEP_MS
    const timeOf = (k: number): number => startMs + k * STEP_MS
    await loadWeir(join(folder, 'data'), { series, samples: SAMPLES, timeOf })
    const costs = await evaluate(join(folder, 'data'), rules, timeOf(SAMPLES - 1))
    const all = costs.reduce((sum, { ms }) => sum + ms, 0)
    const made = costs.reduce((sum, { results }) => sum + results, 0)
    console.log(
      `${world.pack}, ${world.size}: ${rules.length} rules over ${series.length} series, ${made} results, ` +
        `${all.toFixed(0)} ms an evaluation each ${group!.interval}, load ${loadavg()[0]!.toFixed(0)}`,
    )
    for (const { rule, ms, results } of costs.toSorted((a, b) => b.ms - a.ms).slice(0, top)) {
      const name =
        'record' in rule ? `${rule.record} ${JSON.stringify(rule.labels ?? {})}` : rule.alert
      console.log(
        `  ${ms.toFixed(1).padStart(7)} ms ${String(results).padStart(6)} results  ${name}`,
      )
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Cost {
  readonly rule: PackRule
  /** Processor time of one evaluation, the middle of several. */
  readonly ms: number
  readonly results: number
}

/** Evaluates rules in order, each result written before the next begins, as a group does. */
async function evaluate(
  path: string,
  rules: readonly PackRule[],
  beginMs: number,
): Promise<Cost[]> {
  let nowMs = beginMs
  const clock: Clock = { ...systemClock, now: () => nowMs as Millis }
  await using store = await openStore({ path, retentionMs: 0, clock })
  const reader = openReader(store.seat())
  const appender = store.appender()
  const times = rules.map((): number[] => [])
  const results = rules.map(() => 0)
  for (let round = 0; round < WARM + ROUNDS; round++, nowMs += 1000) {
    for (const [i, rule] of rules.entries()) {
      const before = process.cpuUsage()
      const { value } = instantQuery(reader, { expr: rule.expr, timeMs: nowMs })
      const { user, system } = process.cpuUsage(before)
      if (round >= WARM) times[i]!.push((user + system) / 1000)
      const found = value.kind === 'vector' ? value.series : []
      results[i] = found.length
      if (!('record' in rule)) continue
      for (const { labels, value: figure } of found) {
        const named = { ...labels.toJSON(), ...rule.labels, [METRIC_NAME]: rule.record }
        appender.append(appender.ref(Labels.of(named)), nowMs, figure)
      }
      await appender.commit()
      // The reader hears of new series by a message.
      await turn()
    }
  }
  return rules.map((rule, i) => ({ rule, ms: middle(times[i]!), results: results[i]! }))
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}
