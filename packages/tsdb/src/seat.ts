import type { MessagePort } from 'node:worker_threads'

/** What `openReader` needs on its thread. Post it with `[seat.port]` as transfer list. */
export interface ReaderSeat {
  readonly path: string
  readonly port: MessagePort
  /** Shared: which epoch the reader is reading in, so that memory it still reads is not reused. */
  readonly epochs: SharedArrayBuffer
}
