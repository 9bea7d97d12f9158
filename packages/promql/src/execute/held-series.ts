import { Labels } from '@weir/model'
import type { Emit } from './emit.ts'
import type { Evaluation, Steps } from './evaluation.ts'
import { type Gathering, gather } from './gather.ts'
import { isSeriesWise } from './series-wise.ts'
import { streamSettled } from './series-stream.ts'
import type { PartGroup } from './split.ts'
import type { Expr } from '../ast.ts'

/** Takes a series in; those that helpers made come last, with their position in the selection. */
type Receive = (...series: [...Parameters<Emit>, position?: number]) => void

/**
 * Series that helpers make and hand over whole: a group each, with a column of values and, where some
 * are missing, one that says which are there. The owner's own go straight to `receive`.
 */
export class HeldParts implements Gathering {
  readonly add: Emit
  readonly #receive: Receive
  readonly #parts: PartGroup[] = []
  #isPlain = true

  /** @param evaluation a helper's, which keeps its series to send them; undefined for the owner */
  constructor(evaluation: Evaluation | undefined, receive: Receive) {
    this.#receive = receive
    this.add =
      evaluation === undefined
        ? (...series) => receive(...series)
        : (labels, values, present, histograms) => {
            if (histograms !== undefined) this.#isPlain = false
            if (!this.#isPlain) return
            evaluation.hold(values.length)
            const columns = columnsOf(values, present)
            this.#parts.push({ labels: labels.flat, first: evaluation.position, columns })
          }
  }

  part(): readonly PartGroup[] | undefined {
    return this.#isPlain ? this.#parts : undefined
  }

  merge(parts: readonly PartGroup[], stepCount: number): boolean {
    const all = new Uint8Array(stepCount)
    for (const { labels, first, columns } of parts) {
      const values = columns.subarray(0, stepCount)
      const isWhole = columns.length === stepCount
      const present = isWhole ? all.fill(1) : Uint8Array.from(columns.subarray(stepCount))
      this.#receive(Labels.fromFlat(labels), values, present, undefined, first)
    }
    return true
  }
}

function columnsOf(values: Float64Array, present: Uint8Array): Float64Array<ArrayBuffer> {
  const isWhole = !present.includes(0)
  const columns = new Float64Array(isWhole ? values.length : values.length * 2)
  columns.set(values)
  if (!isWhole) columns.set(present, values.length)
  return columns
}

/** Streams the series of a whole query in no order, made with the help of other threads where that pays. */
export function streamShared(evaluation: Evaluation, expr: Expr, steps: Steps, emit: Emit): void {
  if (evaluation.team === undefined || !isSeriesWise(expr)) {
    streamSettled(evaluation, expr, steps, emit)
    return
  }
  gather(evaluation, { node: expr, vector: expr }, steps, new HeldParts(undefined, emit))
}
