import { errorMonitor } from 'node:events'
import type { Readable, Writable } from 'node:stream'

/** Which of a stream's two ends: what it gives, or what it takes. */
export type Side = 'readable' | 'writable'

/** What a tap tells. Nothing here may throw. */
export interface StreamObserver {
  /** A chunk went in (writable) or came out (readable). */
  readonly chunk: (side: Side, bytes: number) => void
  /** How long the stream had a chunk before it could take the next. */
  readonly handled: (ms: number) => void
  /** How long nothing could pass: from a full buffer to its drain, from `pause` to `resume`. */
  readonly held: (side: Side, ms: number) => void
  readonly failed: () => void
  /** The stream is gone: to its end, by an error, or cut off. */
  readonly closed: (state: 'finished' | 'errored' | 'aborted') => void
}

type Tapped = Partial<Readable> &
  Partial<Writable> & {
    on(event: string | symbol, listener: () => void): unknown
    push?: (chunk: unknown, encoding?: BufferEncoding) => boolean
    write?: (...args: unknown[]) => boolean
    _write?: (
      chunk: unknown,
      encoding: BufferEncoding,
      done: (error?: Error | null) => void,
    ) => void
  }

/**
 * Listens to a stream without touching its flow. A `data` listener would set it flowing and an
 * `error` listener would hide an unhandled error, so chunks are seen where they pass through the
 * stream's own methods, and errors by Node's monitor.
 */
export function tapStream(
  stream: NodeJS.ReadableStream | NodeJS.WritableStream,
  observer: StreamObserver,
  monotonic: () => number,
): void {
  const tapped = stream as unknown as Tapped
  if (typeof tapped.push === 'function') tapReadable(tapped, observer, monotonic)
  if (typeof tapped.write === 'function') tapWritable(tapped, observer, monotonic)
  tapped.on(errorMonitor, observer.failed)
  let isClosed = false
  tapped.on('close', () => {
    if (isClosed) return
    isClosed = true
    observer.closed(endState(tapped))
  })
}

function tapReadable(stream: Tapped, observer: StreamObserver, monotonic: () => number): void {
  const push = stream.push!
  stream.push = (chunk, encoding) => {
    if (chunk !== null && chunk !== undefined) observer.chunk('readable', bytesOf(chunk))
    return push.call(stream, chunk, encoding)
  }
  let pausedAt: number | undefined
  stream.on('pause', () => {
    pausedAt ??= monotonic()
  })
  stream.on('resume', () => {
    if (pausedAt !== undefined) observer.held('readable', monotonic() - pausedAt)
    pausedAt = undefined
  })
}

function tapWritable(stream: Tapped, observer: StreamObserver, monotonic: () => number): void {
  const write = stream.write!
  let fullAt: number | undefined
  stream.write = (...args) => {
    observer.chunk('writable', bytesOf(args[0]))
    const hasRoom = write.apply(stream, args)
    if (!hasRoom) fullAt ??= monotonic()
    return hasRoom
  }
  stream.on('drain', () => {
    if (fullAt !== undefined) observer.held('writable', monotonic() - fullAt)
    fullAt = undefined
  })
  const handle = stream._write
  if (typeof handle !== 'function') return
  stream._write = (chunk, encoding, done) => {
    const start = monotonic()
    handle.call(stream, chunk, encoding, (error) => {
      if (error === undefined || error === null) observer.handled(monotonic() - start)
      done(error)
    })
  }
}

function bytesOf(chunk: unknown): number {
  if (typeof chunk === 'string') return Buffer.byteLength(chunk)
  return chunk instanceof Uint8Array ? chunk.byteLength : 0
}

function endState({
  errored,
  readableEnded,
  writableFinished,
}: Tapped): 'finished' | 'errored' | 'aborted' {
  if (errored !== null && errored !== undefined) return 'errored'
  return readableEnded === false || writableFinished === false ? 'aborted' : 'finished'
}
