import type { BacktestChartView } from '@weir/packs'
import type { MatrixColumns } from '../query/job.ts'

/** Stretches of a chart: more than a screen has pixels for need not be sent. */
const POINTS_MAX = 720
/** Series in a chart. */
const SHOWN_MAX = 8
/** Series that are looked at for it; of more, the first ones. */
const SERIES_MAX = 1000

/** Gathers what a rule looks at: of each stretch of time the value that comes nearest to firing. */
export class ChartPoints {
  readonly #startMs: number
  readonly #stepMs: number
  readonly #count: number
  readonly #isLow: boolean
  readonly #rows = new Map<string, { readonly labels: readonly string[]; values: Float64Array }>()
  #seriesCount = 0

  /** @param isLow whether the rule fires at low values */
  constructor(
    { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
    stepMs: number,
    isLow: boolean,
  ) {
    const each = Math.max(1, Math.ceil((endMs - startMs) / stepMs / POINTS_MAX))
    this.#startMs = startMs
    this.#stepMs = each * stepMs
    this.#count = Math.floor((endMs - startMs) / this.#stepMs) + 1
    this.#isLow = isLow
  }

  add({ labels, values, startMs, stepMs, stepCount }: MatrixColumns, queryOffsetMs: number): void {
    for (const [i, flat] of labels.entries()) {
      const row = this.#row(flat)
      if (row === undefined) continue
      for (let k = 0; k < stepCount; k++) {
        const value = values[i * stepCount + k]!
        if (Number.isNaN(value)) continue
        const timeMs = startMs + queryOffsetMs + k * stepMs
        const at = Math.floor((timeMs - this.#startMs) / this.#stepMs)
        const before = row[at]!
        if (Number.isNaN(before) || (this.#isLow ? value < before : value > before)) row[at] = value
      }
    }
  }

  #row(flat: readonly string[]): Float64Array | undefined {
    const key = flat.join('\u0000')
    const known = this.#rows.get(key)
    if (known !== undefined) return known.values
    this.#seriesCount++
    if (this.#rows.size >= SERIES_MAX) return undefined
    const values = new Float64Array(this.#count).fill(Number.NaN)
    this.#rows.set(key, { labels: flat, values })
    return values
  }

  view(): BacktestChartView {
    const farthest = [...this.#rows.values()]
      .map((row) => ({ ...row, extreme: this.#extremeOf(row.values) }))
      .toSorted((a, b) => (this.#isLow ? a.extreme - b.extreme : b.extreme - a.extreme))
      .slice(0, SHOWN_MAX)
    return {
      startMs: this.#startMs,
      stepMs: this.#stepMs,
      seriesCount: this.#seriesCount,
      series: farthest.map(({ labels, values }) => ({
        labels: recordOf(labels),
        values: Array.from(values, (value) => (Number.isFinite(value) ? value : null)),
      })),
    }
  }

  #extremeOf(values: Float64Array): number {
    let extreme = this.#isLow ? Infinity : -Infinity
    for (const value of values) {
      if (this.#isLow ? value < extreme : value > extreme) extreme = value
    }
    return extreme
  }
}

function recordOf(flat: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {}
  for (let i = 0; i < flat.length; i += 2) record[flat[i]!] = flat[i + 1]!
  return record
}
