import { pipeline as runStreams } from 'node:stream/promises'
import { type PipelineOptions, pipeline } from '../pipeline/pipeline.ts'
import type { Stage } from '../pipeline/stage.ts'
import { settled } from '../reporters/reporter-options.ts'
import { instrumentStream } from './instrument-stream.ts'
import { tapStream } from './stream-tap.ts'

/** A stream, or a function as `stream.pipeline` takes them: rows in, rows (or a promise) out. */
export type StreamStep =
  | NodeJS.ReadableStream
  | NodeJS.WritableStream
  | ((rows: AsyncIterable<never>, options: { readonly signal: AbortSignal }) => unknown)

export interface StreamPipelineOptions extends PipelineOptions {
  readonly signal?: AbortSignal
}

/**
 * `stream.pipeline` with every step on Weir's overview: the names of the steps are those of the
 * stages, in the order in which they are written. Each has its five signals, and each stream its
 * buffers as `<pipeline>.<stage>`.
 *
 * @example await pipelineWithMetrics('orders', { source, parse, sink })
 */
export async function pipelineWithMetrics(
  name: string,
  steps: Readonly<Record<string, StreamStep>>,
  options: StreamPipelineOptions = {},
): Promise<void> {
  const { signal, ...rest } = options
  const { meter, clock } = settled(rest)
  const stages = pipeline(name, { meter, clock })
  const entries = Object.entries(steps)
  const measured = entries.map(([stage, step], i) => {
    if (typeof step === 'function') {
      return measuredFunction(stages.stage(stage), step, i === 0, i === entries.length - 1)
    }
    trackStream(step, stages.stage(stage), clock.monotonic)
    return instrumentStream(step, `${name}.${stage}`, { meter, clock })
  })
  await runStreams(
    measured as unknown as readonly NodeJS.ReadWriteStream[],
    ...(signal === undefined ? [] : [{ signal }]),
  )
}

type StepFunction = (rows: never, options: { readonly signal: AbortSignal }) => unknown

function measuredFunction(
  stage: Stage,
  step: StepFunction,
  isFirst: boolean,
  isLast: boolean,
): (...args: readonly unknown[]) => unknown {
  if (isFirst) return (...args) => stage.over(step(...(args as Parameters<StepFunction>)) as never)
  // The last one takes rows and gives none: they are counted on their way in.
  if (isLast) return (rows, options) => step(stage.over(rows as never) as never, options as never)
  return (rows, options) => stage.over(step(rows as never, options as never) as never)
}

/** A stage's signals from a stream that is there already. */
function trackStream(
  stream: NodeJS.ReadableStream | NodeJS.WritableStream,
  stage: Stage,
  monotonic: () => number,
): void {
  const isSink = typeof (stream as { push?: unknown }).push !== 'function'
  stage.watch(stream)
  tapStream(
    stream,
    {
      chunk: (side) => {
        if (side === 'readable') stage.records()
      },
      handled: (ms) => {
        stage.latency(ms / 1000)
        if (isSink) stage.records()
      },
      held: () => {},
      failed: () => {
        stage.errors()
      },
      closed: () => {},
    },
    monotonic,
  )
}
