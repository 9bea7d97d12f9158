import { type Call, stringOf } from '../ast.ts'
import type { Evaluation, Steps } from './evaluation.ts'
import type { Emit } from './emit.ts'
import { onlyNumbers } from './native-histograms/elementwise.ts'
import { heldSeries } from './series-stream.ts'

/** `sort` and `sort_desc`: by value, NaN last in both; only an instant query shows the order, a matrix goes by labels. */
export function streamSorted(evaluation: Evaluation, call: Call, steps: Steps, emit: Emit): void {
  const sign = call.name === 'sort' ? 1 : -1
  warnIneffective(evaluation, call, steps)
  const series = heldSeries(evaluation, call.args[0]!, steps).filter(
    ({ present, histograms }) => histograms === undefined || onlyNumbers(present, histograms),
  )
  series.sort((a, b) => {
    const x = a.values[0]!
    const y = b.values[0]!
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y))
    return x === y ? 0 : x < y ? -sign : sign
  })
  for (const { labels, values, present } of series) emit(labels, values, present)
}

function warnIneffective(evaluation: Evaluation, call: Call, steps: Steps): void {
  if (!evaluation.isRange(steps)) return
  evaluation.warn(
    'sort is ineffective for range queries since results are always ordered by labels',
    call.start,
  )
}

/** By labels in turn, `a2` before `a10`; ties by all labels. */
export function streamSortedByLabel(
  evaluation: Evaluation,
  call: Call,
  steps: Steps,
  emit: Emit,
): void {
  const sign = call.name === 'sort_by_label' ? 1 : -1
  warnIneffective(evaluation, call, steps)
  const names = call.args.slice(1).map(stringOf)
  const series = heldSeries(evaluation, call.args[0]!, steps)
  series.sort((a, b) => {
    for (const name of names) {
      const order = naturally(a.labels.get(name), b.labels.get(name))
      if (order !== 0) return order * sign
    }
    return a.labels.compare(b.labels) * sign
  })
  for (const { labels, values, present, histograms } of series) {
    emit(labels, values, present, histograms)
  }
}

/** Runs of digits compare as numbers, everything else by character. */
function naturally(a: string, b: string): number {
  const as = a.match(/\d+|\D/g) ?? []
  const bs = b.match(/\d+|\D/g) ?? []
  for (let i = 0; i < Math.min(as.length, bs.length); i++) {
    const x = as[i]!
    const y = bs[i]!
    if (x === y) continue
    if (/^\d/.test(x) && /^\d/.test(y) && Number(x) !== Number(y)) return Number(x) - Number(y)
    return x < y ? -1 : 1
  }
  return as.length - bs.length
}
