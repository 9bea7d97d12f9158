import { randomInt } from 'node:crypto'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '@weir/model'
import { connectAppender } from '@weir/tsdb'
import { type ImportFormat, type ImportResult, importPage } from '../import/import-page.ts'
import type { WriteVersion } from '../remote-write/protocol.ts'
import {
  type ReceiverLimits,
  RemoteWriteReceiver,
  type WriteOutcome,
} from '../remote-write/receiver.ts'
import { serveCalls } from './rpc.ts'
import { keepHeapSmall } from './small-heap.ts'

/**
 * The thread that reads what senders push by HTTP: bodies come as bytes from the main thread, go to
 * the writer as columns. Started when the first one comes.
 */

export interface PushData {
  readonly limits: ReceiverLimits
  /** Leads to the writer thread. */
  readonly store: MessagePort
  /** The same for samples of any age. */
  readonly history: MessagePort
}

/** A piece of a file of old samples. */
export interface ImportedPage {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly format: ImportFormat
  readonly firstLine: number
}

export type PushHandlers = {
  importPage: (page: ImportedPage) => Promise<ImportResult>
  remoteWrite: (request: {
    readonly body: Uint8Array<ArrayBuffer>
    readonly version: WriteVersion
  }) => Promise<WriteOutcome>
  close: () => void
}

const { limits, store, history } = workerData as PushData
const receiver = new RemoteWriteReceiver({
  appender: connectAppender(store),
  limits,
  clock: systemClock,
  seed: randomInt(2 ** 32),
})

const importer = connectAppender(history)

const handlers: PushHandlers = {
  importPage: ({ bytes, format, firstLine }) => importPage(bytes, format, firstLine, importer),
  remoteWrite: ({ body, version }) => receiver.take(body, version),
  close: () => {
    receiver.close()
    importer.close()
  },
}

serveCalls(parentPort!, handlers)
keepHeapSmall()
