import type { MetricFamily } from '@weir/model'
import { exposition } from '@weir/wire'
import { Moved } from './rpc.ts'

/**
 * Metrics on their way to another thread: as the bytes of an exposition page, because objects with
 * methods do not survive the way and a copy of 50,000 of them would be dear.
 */
export function movedPage(families: readonly MetricFamily[], accept: string): Moved<Uint8Array> {
  // A copy with a buffer of its own: Node keeps small ones in a pool that must not be given away.
  const own = new Uint8Array(exposition(families, accept).body)
  return new Moved(own, [own.buffer])
}

/** An answer of Prometheus's API, written where its data is. */
export function movedAnswer(data: unknown): Moved<Uint8Array> {
  const text = JSON.stringify({ status: 'success', data })
  const bytes = new TextEncoder().encode(text)
  return new Moved(bytes, [bytes.buffer])
}

const EOF = '# EOF\n'

/** Pages of several threads as one. Their families differ by name; OpenMetrics wants its end mark once. */
export function joinPages(pages: readonly Uint8Array[]): Uint8Array {
  const whole = pages.map((page) => Buffer.from(page.buffer, page.byteOffset, page.byteLength))
  const hasEnd = whole.some((page) => page.subarray(-EOF.length).toString() === EOF)
  if (!hasEnd) return Buffer.concat(whole)
  const open = whole.map((page) =>
    page.subarray(-EOF.length).toString() === EOF ? page.subarray(0, -EOF.length) : page,
  )
  return Buffer.concat([...open, Buffer.from(EOF)])
}
