import type { Frame } from '@weir/boards'
import type { MatrixSeries } from '../../../api/prometheus.ts'
import { type HeatGrid, heatGrid } from '../../../explore/heat-grid.ts'
import type { TargetAnswer } from '../panel-props.ts'

/** Cells of a heatmap: what is known of a grid, and where its columns begin. */
export interface Cells extends HeatGrid {
  /** Milliseconds. */
  readonly fromMs: number
  readonly stepMs: number
  /** Names of the rows where they are no numbers; else they lie between `bounds`. */
  readonly rowNames: readonly string[] | undefined
}

/** Rows of a heatmap that counts values itself. */
const ROWS = 24
const COLUMNS_MAX = 2000

/** Native histograms first, then buckets, else values that are counted here. */
export function cellsOf(
  frames: readonly Frame[],
  answers: readonly TargetAnswer[],
  options: Readonly<Record<string, unknown>>,
): Cells | undefined {
  return nativeCells(answers) ?? (options['calculate'] === true ? counted(frames) : buckets(frames))
}

function nativeCells(answers: readonly TargetAnswer[]): Cells | undefined {
  const found = answers.flatMap(({ result, stepMs }) =>
    result.resultType === 'matrix'
      ? result.result.flatMap(({ histograms }: MatrixSeries) =>
          histograms === undefined ? [] : [{ histograms, stepMs }],
        )
      : [],
  )
  if (found.length === 0) return undefined
  const pairs = found.flatMap(({ histograms }) => histograms)
  const seconds = pairs.map(([at]) => at)
  const from = seconds.reduce((a, b) => Math.min(a, b), Infinity)
  const to = seconds.reduce((a, b) => Math.max(a, b), -Infinity)
  const stepMs = found[0]!.stepMs
  const grid = heatGrid(pairs, { from, to, step: stepMs / 1000 })
  return { ...grid, fromMs: from * 1000, stepMs, rowNames: undefined }
}

/** Each frame has a column a bucket, named by its upper bound; several frames are added up. */
function buckets(frames: readonly Frame[]): Cells | undefined {
  const axis = timeAxis(frames)
  if (axis === undefined) return undefined
  const names = new Map<string, number>()
  for (const frame of frames) {
    for (const field of numbers(frame)) {
      const name = bucketName(field.displayName ?? field.name, field.name)
      names.set(name, boundOf(name))
    }
  }
  const isNumeric = [...names.values()].every((bound) => !Number.isNaN(bound))
  const order = [...names.keys()]
  if (isNumeric) order.sort((a, b) => names.get(a)! - names.get(b)!)
  const rowOf = new Map(order.map((name, row) => [name, row]))
  const grid = emptyGrid(axis, order.length)
  for (const frame of frames) {
    const time = frame.fields.find(({ type }) => type === 'time')!
    for (const field of numbers(frame)) {
      const row = rowOf.get(bucketName(field.displayName ?? field.name, field.name))!
      for (let i = 0; i < frame.length; i++)
        grid.add(Number(time.values[i]), row, Number(field.values[i]))
    }
  }
  const bounds = isNumeric
    ? [lowestOf(order.map((name) => names.get(name)!)), ...order.map((name) => names.get(name)!)]
    : Array.from({ length: order.length + 1 }, (_, row) => row)
  return { ...grid.done(bounds), ...axis, rowNames: isNumeric ? undefined : order }
}

/** A legend such as `{{le}}` names the bucket; a field of a frame of buckets is named by it already. */
function bucketName(shown: string, own: string): string {
  return Number.isNaN(boundOf(own)) ? shown : own
}

function boundOf(text: string): number {
  if (text === '+Inf' || text === 'Inf') return Infinity
  return text.trim() === '' ? NaN : Number(text)
}

function lowestOf(bounds: readonly number[]): number {
  const [first = 0] = bounds
  return first > 0 ? 0 : -Infinity
}

/** Counts how many series have values between two bounds. */
function counted(frames: readonly Frame[]): Cells | undefined {
  const axis = timeAxis(frames)
  if (axis === undefined) return undefined
  let low = Infinity
  let high = -Infinity
  for (const frame of frames) {
    for (const { values } of numbers(frame)) {
      for (const value of values) {
        if (typeof value !== 'number' || !Number.isFinite(value)) continue
        low = Math.min(low, value)
        high = Math.max(high, value)
      }
    }
  }
  if (low > high) return undefined
  const height = (high - low) / ROWS || 1
  const grid = emptyGrid(axis, ROWS)
  for (const frame of frames) {
    const time = frame.fields.find(({ type }) => type === 'time')!
    for (const field of numbers(frame)) {
      for (let i = 0; i < frame.length; i++) {
        const value = Number(field.values[i])
        if (!Number.isFinite(value)) continue
        grid.add(Number(time.values[i]), Math.min(ROWS - 1, Math.floor((value - low) / height)), 1)
      }
    }
  }
  const bounds = Array.from({ length: ROWS + 1 }, (_, row) => low + row * height)
  return { ...grid.done(bounds), ...axis, rowNames: undefined }
}

interface Axis {
  readonly fromMs: number
  readonly stepMs: number
  readonly columnCount: number
}

function timeAxis(frames: readonly Frame[]): Axis | undefined {
  let from = Infinity
  let to = -Infinity
  let step = Infinity
  for (const frame of frames) {
    const time = frame.fields.find(({ type }) => type === 'time')
    if (time === undefined) continue
    const own = time.config['interval']
    if (typeof own === 'number' && own > 0) step = Math.min(step, own)
    for (let i = 0; i < time.values.length; i++) {
      const at = Number(time.values[i])
      from = Math.min(from, at)
      to = Math.max(to, at)
      if (i > 0 && step === Infinity) step = at - Number(time.values[i - 1]) || Infinity
    }
  }
  if (from > to) return undefined
  const stepMs = Number.isFinite(step) ? step : 60_000
  const columnCount = Math.min(COLUMNS_MAX, Math.round((to - from) / stepMs) + 1)
  return { fromMs: from, stepMs, columnCount }
}

function numbers(frame: Frame): Frame['fields'] {
  return frame.fields.filter(({ type }) => type === 'number')
}

function emptyGrid(
  { fromMs, stepMs, columnCount }: Axis,
  rowCount: number,
): {
  readonly add: (atMs: number, row: number, count: number) => void
  readonly done: (bounds: readonly number[]) => HeatGrid
} {
  const counts = new Float64Array(columnCount * rowCount)
  let most = 0
  return {
    add: (atMs, row, count) => {
      const column = Math.round((atMs - fromMs) / stepMs)
      if (column < 0 || column >= columnCount || !(count > 0)) return
      const place = column * rowCount + row
      counts[place]! += count
      most = Math.max(most, counts[place]!)
    },
    done: (bounds) => ({ bounds, columnCount, counts, most }),
  }
}
