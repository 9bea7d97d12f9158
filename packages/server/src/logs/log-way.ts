import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { LogBatch, LogReport, LogSink } from '@weir/model'
import { Caller, serveCalls } from '../threads/rpc.ts'
import { type PackedBatch, packBatch, unpackBatch } from './packed-batch.ts'

/** What the thread of logs answers at the end of a way. */
type WayHandlers = { append: (batch: PackedBatch) => Promise<LogReport> }

/**
 * The way into the log store from a thread that is neither it nor the main one. The thread of logs may
 * not be there yet: the first batch asks for it, through the main thread, and waits in the port until it is.
 */
export class LogWay implements LogSink, Disposable {
  readonly #main: MessagePort
  #caller: Caller<WayHandlers> | undefined
  #port: MessagePort | undefined

  /** @param main from `LogsSide.way` */
  constructor(main: MessagePort) {
    this.#main = main
  }

  append(batch: LogBatch): Promise<LogReport> {
    const { packed, transfer } = packBatch(batch)
    return (this.#caller ??= this.#open()).call('append', packed, transfer)
  }

  [Symbol.dispose](): void {
    this.#port?.close()
    this.#main.close()
  }

  #open(): Caller<WayHandlers> {
    const { port1, port2 } = new MessageChannel()
    this.#main.postMessage(port2, [port2])
    this.#port = port1
    return new Caller<WayHandlers>(port1)
  }
}

/** Serves the other end of a way. */
export function serveWay(port: MessagePort, store: LogSink): void {
  const handlers: WayHandlers = { append: (batch) => store.append(unpackBatch(batch)) }
  serveCalls(port, handlers)
  port.unref()
}
