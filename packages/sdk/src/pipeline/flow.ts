/**
 * The three places where rows pass, as one shape for all that measures them: each of these takes
 * what happens with a row and gives a stream or an iterable that can be put between two others.
 */
import { Transform } from 'node:stream'

/** One row on its way: the answer is what goes on; `SKIP` lets nothing go on. */
export type RowStep<In, Out> = (row: In) => Out | typeof SKIP | Promise<Out | typeof SKIP>

/** A row ends here: it was invalid, or filtered. */
export const SKIP = Symbol('weir.skip')

export interface FlowOptions {
  /** Rows (or chunks) that may wait; Node's own default unless told. */
  readonly highWaterMark?: number
  /** False for a stream of bytes. */
  readonly objectMode?: boolean
}

/** A Transform, one row at a time and in order; an error of the step is the stream's. */
export function transformOf<In, Out>(
  step: RowStep<In, Out>,
  { highWaterMark, objectMode = true }: FlowOptions = {},
): Transform {
  return new Transform({
    objectMode,
    ...(highWaterMark === undefined ? {} : { highWaterMark }),
    transform(row: In, _encoding, done) {
      runStep(step, row, (error, out) => {
        if (error !== undefined) done(toError(error))
        else if (out === SKIP) done()
        else done(null, out)
      })
    },
  })
}

// Without a promise for a step that has none: a pass-through of a million rows is a million of them.
function runStep<In, Out>(
  step: RowStep<In, Out>,
  row: In,
  done: (error: unknown, out?: Out | typeof SKIP) => void,
): void {
  let out: ReturnType<RowStep<In, Out>>
  try {
    out = step(row)
  } catch (thrown) {
    done(thrown ?? new Error('The step threw nothing'))
    return
  }
  if (out instanceof Promise) void settle(out, done)
  else done(undefined, out)
}

async function settle<Out>(
  pending: Promise<Out>,
  done: (error: unknown, out?: Out) => void,
): Promise<void> {
  let out: Out
  try {
    out = await pending
  } catch (thrown) {
    done(thrown ?? new Error('The step rejected with nothing'))
    return
  }
  done(undefined, out)
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

export async function* iterate<In, Out>(
  rows: Iterable<In> | AsyncIterable<In>,
  step: RowStep<In, Out>,
): AsyncGenerator<Out, void, undefined> {
  for await (const row of rows) {
    const out = await step(row)
    if (out !== SKIP) yield out
  }
}
