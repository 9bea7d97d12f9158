import { namesAsked, seriesNames } from './check/expressions.ts'
import type { Pack } from './pack.ts'

const FOUND = new WeakMap<Pack, Map<string, readonly string[]>>()

/**
 * Metrics of the pack's reference that the signals of a stage are made of, through its recording
 * rules. A stage that the pack does not know (the data names it) has those that tell a stage.
 */
export function stageMetrics(pack: Pack, stage: string): readonly string[] {
  const known = pack.stages.find((each) => each.stage === stage)
  const key = known === undefined ? '' : stage
  let found = FOUND.get(pack)
  if (found === undefined) FOUND.set(pack, (found = new Map()))
  let metrics = found.get(key)
  if (metrics === undefined) {
    metrics =
      known === undefined
        ? pack.metrics.filter(({ labels }) => labels.includes('stage')).map(({ name }) => name)
        : behind(pack, known.signals)
    found.set(key, metrics)
  }
  return metrics
}

function behind(pack: Pack, signals: Pack['stages'][number]['signals']): readonly string[] {
  const asked = new Set<string>()
  const open = Object.values(signals).flatMap(({ expr, ratio, p50, p99 }) =>
    [expr, ratio, p50, p99].filter((each) => each !== undefined),
  )
  for (let expr = open.pop(); expr !== undefined; expr = open.pop()) {
    for (const test of namesAsked(expr)) {
      if (test.kind === 'fits' || asked.has(test.name)) continue
      asked.add(test.name)
      open.push(...pack.records.filter(({ record }) => record === test.name).map((one) => one.expr))
    }
  }
  return pack.metrics
    .filter((metric) => seriesNames(metric).some((name) => asked.has(name)))
    .map(({ name }) => name)
}
