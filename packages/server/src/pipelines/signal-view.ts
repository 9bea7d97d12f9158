import type { SignalKind, SignalView } from '@weir/packs'
import type { Line, StageLines } from './stage-table.ts'

/** Where the values of a view stand, and whose they are. */
export interface ViewFrame {
  readonly startMs: number
  readonly stepMs: number
  readonly stepCount: number
  readonly system: string
  readonly pipeline: string
}

const METRIC: Readonly<Record<SignalKind, string>> = {
  throughput: 'weir_stage_throughput',
  errors: 'weir_stage_errors',
  latency: 'weir_stage_latency_seconds',
  backlog: 'weir_stage_backlog',
  freshness: 'weir_stage_freshness_seconds',
}

/** A stage's signal as the page shows it; undefined when the stage has none of that kind. */
export function signalView(
  kind: SignalKind,
  stage: string,
  lines: StageLines,
  unit: string,
  frame: ViewFrame,
): SignalView | undefined {
  const main = mainLine(kind, lines)
  const others = otherLines(kind, lines, main)
  if (main === undefined && others.length === 0) return undefined
  const quantile = main?.quantile ?? ''
  return {
    kind,
    value: main === undefined ? null : newest(main),
    unit,
    startMs: frame.startMs,
    stepMs: frame.stepMs,
    values: main === undefined ? new Array<null>(frame.stepCount).fill(null) : numbers(main),
    expr: selector(METRIC[kind], {
      system: frame.system,
      pipeline: frame.pipeline,
      stage,
      ...(quantile === '' ? {} : { quantile }),
    }),
    also: others.map(({ name, line }) => ({ name, value: newest(line), values: numbers(line) })),
  }
}

/** The line a signal is judged by: of latency the 95th percentile, or the highest one there is. */
export function mainLine(kind: SignalKind, lines: StageLines): Line | undefined {
  if (kind !== 'latency') return lines[kind][0]
  const byQuantile = lines.latency.toSorted((a, b) => Number(a.quantile) - Number(b.quantile))
  return byQuantile.find((line) => line.quantile === '0.95') ?? byQuantile.at(-1)
}

function otherLines(
  kind: SignalKind,
  lines: StageLines,
  main: Line | undefined,
): { readonly name: string; readonly line: Line }[] {
  if (kind === 'errors') return lines.errorRatio.map((line) => ({ name: 'ratio', line }))
  if (kind !== 'latency') return []
  return lines.latency
    .filter((line) => line !== main)
    .toSorted((a, b) => Number(a.quantile) - Number(b.quantile))
    .map((line) => ({ name: percentile(line.quantile), line }))
}

/** `0.5` → `p50`, `0.999` → `p99.9`; something that is no number is shown as it is. */
function percentile(quantile: string): string {
  const share = Number(quantile)
  return quantile === '' || Number.isNaN(share) ? quantile : `p${Number((share * 100).toFixed(6))}`
}

/** The value at the last step; null when there is none or it is no finite number. */
export function newest({ values }: Line): number | null {
  const last = values.at(-1)
  return last !== undefined && Number.isFinite(last) ? last : null
}

function numbers({ values }: Line): (number | null)[] {
  const list = new Array<number | null>(values.length)
  for (let k = 0; k < values.length; k++) list[k] = Number.isFinite(values[k]) ? values[k]! : null
  return list
}

/**
 * The same for where each line is as small as a word: values to a ten-thousandth of the largest. Of 200 pipelines that
 * is a third of the bytes that are written, sent and read. The newest value stays as it is.
 */
export function drawnSmall(view: SignalView): SignalView {
  return {
    ...view,
    values: rough(view.values),
    also: view.also.map((one) => ({ ...one, values: rough(one.values) })),
  }
}

/** To five digits of the largest one. */
export function rough(values: readonly (number | null)[]): (number | null)[] {
  let peak = 0
  for (const value of values) if (value !== null) peak = Math.max(peak, Math.abs(value))
  const power = 4 - Math.floor(Math.log10(peak))
  // Beyond these a power of ten is no exact number, or nothing is to be rounded.
  if (!Number.isFinite(power) || Math.abs(power) > 22) return [...values]
  const unit = 10 ** Math.abs(power)
  return values.map((value) => {
    if (value === null) return null
    // By whole powers of ten both ways: what is divided prints short, what is multiplied by a fraction does not.
    return power < 0 ? Math.round(value / unit) * unit : Math.round(value * unit) / unit
  })
}

/** `{a="x", b="y"}` after a metric name. PromQL reads the escapes that JSON writes. */
export function selector(metric: string, labels: Readonly<Record<string, string>>): string {
  const inside = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return `${metric}{${inside.join(', ')}}`
}
