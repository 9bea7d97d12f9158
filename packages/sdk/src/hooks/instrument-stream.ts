import type { Counter, Gauge } from '../metrics/meter.ts'
import { type ReporterOptions, settled } from '../reporters/reporter-options.ts'
import { type Side, tapStream } from './stream-tap.ts'

type StreamLabel = 'stream' | 'side'

/**
 * What passes a stream, and what holds it up: `stream_chunks_total`, `stream_bytes_total`,
 * `stream_buffer_fill_ratio` (length ÷ high-water mark: at 1 it pushes back), `stream_held_seconds_total`,
 * `stream_errors_total`, `stream_ended_total{state}`, `stream_open`. Labels `stream` and `side`.
 *
 * @returns the stream itself, so that it can stand where the stream stood
 */
export function instrumentStream<S extends NodeJS.ReadableStream | NodeJS.WritableStream>(
  stream: S,
  name: string,
  options: ReporterOptions = {},
): S {
  const { meter, clock } = settled(options)
  const labels = ['stream', 'side'] as const
  const chunks = meter.counter({ name: 'stream_chunks_total', help: 'Chunks that passed', labels })
  const bytes = meter.counter({ name: 'stream_bytes_total', help: 'Bytes that passed', labels })
  const fill = meter.gauge({
    name: 'stream_buffer_fill_ratio',
    help: 'How full the buffer is: at 1 the stream pushes back',
    labels,
  })
  const held = meter.counter({
    name: 'stream_held_seconds_total',
    help: 'Time in which nothing could pass',
    unit: 's',
    labels,
  })
  const errors: Counter<'stream'> = meter.counter({
    name: 'stream_errors_total',
    help: 'Errors of the stream',
    labels: ['stream'],
  })
  const ended: Counter<'stream' | 'state'> = meter.counter({
    name: 'stream_ended_total',
    help: 'Streams that are gone: finished, errored or aborted',
    labels: ['stream', 'state'],
  })
  const open: Gauge<'stream'> = meter.gauge({
    name: 'stream_open',
    help: 'Streams that are there',
    labels: ['stream'],
  })
  open.add(1, { stream: name })
  errors.inc(0, { stream: name })
  const stop = meter.onCollect(() => {
    sampleFill(stream as Buffers, name, fill)
  })
  tapStream(
    stream,
    {
      chunk: (side, size) => {
        chunks.inc(1, { stream: name, side })
        bytes.inc(size, { stream: name, side })
      },
      handled: () => {},
      held: (side, ms) => {
        held.inc(ms / 1000, { stream: name, side })
      },
      failed: () => {
        errors.inc(1, { stream: name })
      },
      closed: (state) => {
        ended.inc(1, { stream: name, state })
        open.add(-1, { stream: name })
        stop()
        for (const side of ['readable', 'writable'] as const) fill.remove({ stream: name, side })
      },
    },
    clock.monotonic,
  )
  return stream
}

interface Buffers {
  readonly readableLength?: number
  readonly readableHighWaterMark?: number
  readonly writableLength?: number
  readonly writableHighWaterMark?: number
}

function sampleFill(stream: Buffers, name: string, fill: Gauge<StreamLabel>): void {
  const { readableLength, readableHighWaterMark, writableLength, writableHighWaterMark } = stream
  const sides: readonly (readonly [Side, number | undefined, number | undefined])[] = [
    ['readable', readableLength, readableHighWaterMark],
    ['writable', writableLength, writableHighWaterMark],
  ]
  for (const [side, length, mark] of sides) {
    if (length !== undefined && mark !== undefined && mark > 0) {
      fill.set(length / mark, { stream: name, side })
    }
  }
}
