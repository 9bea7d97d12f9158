import { randomInt } from 'node:crypto'
import { MessageChannel, type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { connectAppender } from '@weir/tsdb'
import type { WriteVersion } from '../remote-write/protocol.ts'
import {
  type ReceiverLimits,
  RemoteWriteReceiver,
  type WriteOutcome,
} from '../remote-write/receiver.ts'
import { serveCalls } from './rpc.ts'

/**
 * The thread that reads what senders push by HTTP: bodies come as bytes from the main thread, go to
 * the writer as columns. Started when the first one comes.
 */

export interface PushData {
  readonly limits: ReceiverLimits
  /** Where to send the other end of a new appender's channel. */
  readonly stores: MessagePort
}

export type PushHandlers = {
  remoteWrite: (request: {
    readonly body: Uint8Array<ArrayBuffer>
    readonly version: WriteVersion
  }) => Promise<WriteOutcome>
  close: () => void
}

const { limits, stores } = workerData as PushData
const receiver = new RemoteWriteReceiver({
  newAppender() {
    const { port1, port2 } = new MessageChannel()
    stores.postMessage(port2, [port2])
    return connectAppender(port1)
  },
  limits,
  seed: randomInt(2 ** 32),
})

const handlers: PushHandlers = {
  remoteWrite: ({ body, version }) => receiver.take(body, version),
  close: () => {
    receiver.close()
    stores.close()
  },
}

serveCalls(parentPort!, handlers)
