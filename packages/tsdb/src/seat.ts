import type { MessagePort } from 'node:worker_threads'

/** What `openReader` needs on its thread. Post it with `[seat.port]` as transfer list. */
export interface ReaderSeat {
  readonly path: string
  readonly port: MessagePort
  /** Its number, from 1. */
  readonly seat: number
  /** Shared: which epoch each reader reads in, so that memory somebody still reads is not reused. */
  readonly epochs: SharedArrayBuffer
  /** Shared: how much of the dictionary is published. */
  readonly header: SharedArrayBuffer
  /** Shared: how much there is to be sent on. */
  readonly outgoing: SharedArrayBuffer
}
