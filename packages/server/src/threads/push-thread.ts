import { randomInt } from 'node:crypto'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '@weir/model'
import { connectAppender } from '@weir/tsdb'
import { type ImportFormat, type ImportResult, importPage } from '../import/import-page.ts'
import {
  type OtlpLimits,
  type OtlpOutcome,
  OtlpReceiver,
  type OtlpRequest,
} from '../otlp/receiver.ts'
import type { LabelLimits } from '../push/label-limits.ts'
import type { PushOutcome } from '../push/outcome.ts'
import type { WriteVersion } from '../remote-write/protocol.ts'
import { RemoteWriteReceiver } from '../remote-write/receiver.ts'
import { serveCalls } from './rpc.ts'
import { keepHeapSmall } from './small-heap.ts'

/**
 * The thread that reads what senders push by HTTP: bodies come as bytes from the main thread, go to
 * the writer as columns. Started when the first one comes. Each protocol has its limits in `PushData`
 * and a handler here; all share one appender, which is theirs from the first sample that they queue to
 * their call of `commit`, with no waiting in between.
 */

export interface PushData {
  /** Those of the store, so that what it would refuse is not even handed to it. */
  readonly labels: LabelLimits
  readonly remoteWrite: { readonly unpackedBytesMax: number; readonly samplesMax: number }
  readonly otlp: Omit<OtlpLimits, 'labels'>
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
  }) => Promise<PushOutcome>
  otlp: (request: OtlpRequest) => Promise<OtlpOutcome>
  close: () => void
}

const { labels, remoteWrite, otlp, store, history } = workerData as PushData
const appender = connectAppender(store)
const importer = connectAppender(history)
/** What the receivers of all protocols have in common; the seed is one that senders cannot know. */
const shared = { appender, clock: systemClock, seed: randomInt(2 ** 32) }

const remoteWriteReceiver = new RemoteWriteReceiver({
  ...shared,
  limits: { ...remoteWrite, labels },
})

const otlpReceiver = new OtlpReceiver({ ...shared, limits: { ...otlp, labels } })

const handlers: PushHandlers = {
  importPage: ({ bytes, format, firstLine }) => importPage(bytes, format, firstLine, importer),
  remoteWrite: ({ body, version }) => remoteWriteReceiver.take(body, version),
  otlp: (request) => otlpReceiver.take(request),
  close: () => {
    appender.close()
    importer.close()
  },
}

serveCalls(parentPort!, handlers)
keepHeapSmall()
