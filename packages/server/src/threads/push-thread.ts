import { randomInt } from 'node:crypto'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '@weir/model'
import type { PushGroupView } from '@weir/packs'
import { connectAppender, openKeyValueStore } from '@weir/tsdb'
import { type InstanceLabel, labelled } from '../engine/instance.ts'
import type { ImportResult } from '../import/import-page.ts'
import { Importer, type PageFormat } from '../import/importer.ts'
import {
  type OtlpLimits,
  type OtlpOutcome,
  OtlpReceiver,
  type OtlpRequest,
} from '../otlp/receiver.ts'
import type { TokenQuota } from '../access/tokens/token-quota.ts'
import type { InfluxConfig } from '../influx/config.ts'
import { type InfluxOutcome, InfluxReceiver, type InfluxRequest } from '../influx/receiver.ts'
import type { LabelLimits } from '../push/label-limits.ts'
import type { PushOutcome } from '../push/outcome.ts'
import type { PushGatewayConfig } from '../pushgateway/config.ts'
import { PushGateway, type PushRequest } from '../pushgateway/push-gateway.ts'
import { gatewayMetrics } from '../pushgateway/view.ts'
import type { WriteVersion } from '../remote-write/protocol.ts'
import { RemoteWriteReceiver } from '../remote-write/receiver.ts'
import { TokenAppender } from '../push/token-appender.ts'
import { openLog } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { movedAnswer, movedPage } from './moved-page.ts'
import { Moved, serveCalls } from './rpc.ts'
import { keepHeapSmall } from './small-heap.ts'

/**
 * The thread that reads what senders push by HTTP: bodies come as bytes from the main thread, go to
 * the writer as columns. Started when the first one comes. Each protocol has its limits in `PushData`
 * and a handler here; all share one appender, which is theirs from the first sample that they queue to
 * their call of `commit`, with no waiting in between.
 */

export interface PushData {
  /** On series that are added up or repeated here, where there are other Weirs. */
  readonly instance: InstanceLabel | undefined
  /** Those of the store, so that what it would refuse is not even handed to it. */
  readonly labels: LabelLimits
  readonly remoteWrite: { readonly unpackedBytesMax: number; readonly samplesMax: number }
  readonly otlp: Omit<OtlpLimits, 'labels'>
  readonly gateway: PushGatewayConfig
  readonly dataDir: string
  readonly logLevel: string
  readonly influx: InfluxConfig
  /** Leads to the writer thread. */
  readonly store: MessagePort
  /** The same for samples of any age. */
  readonly history: MessagePort
}

/** A piece of a file of old samples. */
export interface ImportedPage {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly format: PageFormat
  readonly firstLine: number
}

/** What became of a request, and the memory of its body, which goes back. */
export interface Taken<Outcome> {
  readonly outcome: Outcome
  readonly room: ArrayBuffer
}

/** A request, with the quota of the token that it came with. */
export type Sent<Request> = Request & { readonly quota?: TokenQuota | undefined }

/** A request of remote write as it came. */
export interface WriteRequest {
  readonly body: Uint8Array<ArrayBuffer>
  readonly version: WriteVersion
}

export type PushHandlers = {
  importPage: (page: ImportedPage) => Promise<ImportResult>
  influx: (request: Sent<InfluxRequest>) => Promise<Moved<Taken<InfluxOutcome>>>
  remoteWrite: (request: Sent<WriteRequest>) => Promise<Moved<Taken<PushOutcome>>>
  otlp: (request: Sent<OtlpRequest>) => Promise<Moved<Taken<OtlpOutcome>>>
  /** Goes on with the groups that were pushed before Weir stopped. */
  openGateway: () => void
  gatewayPush: (request: Sent<PushRequest>) => Promise<PushOutcome>
  gatewayDelete: (path: string) => Promise<void>
  gatewayWipe: () => Promise<void>
  /** As `/api/v1/metrics` answers. */
  gatewayMetrics: () => Moved<Uint8Array>
  gatewayViews: () => PushGroupView[]
  /** This thread's own metrics as an exposition page. */
  page: (accept: string) => Moved<Uint8Array>
  close: () => Promise<void>
}

const data = workerData as PushData
const { labels, remoteWrite, influx, otlp, store, history } = data
const registry = new Registry()
const appender = new TokenAppender(connectAppender(store), { clock: systemClock, registry })
const importer = connectAppender(history)
/** What the receivers of all protocols have in common; the seed is one that senders cannot know. */
const shared = { appender, clock: systemClock, seed: randomInt(2 ** 32) }

const remoteWriteReceiver = new RemoteWriteReceiver({
  ...shared,
  limits: { ...remoteWrite, labels },
})
const imports = new Importer(importer, { ...remoteWrite, labels })
const influxReceiver = new InfluxReceiver({ ...shared, labels, config: influx })

const otlpReceiver = new OtlpReceiver({
  ...shared,
  limits: { ...otlp, labels },
  instance: data.instance,
})

const opened: { gateway?: PushGateway; store?: ReturnType<typeof openKeyValueStore> } = {}

/** Opened by the first push, or at the start when there are groups. */
function gateway(): PushGateway {
  opened.store ??= openKeyValueStore(data.dataDir)
  opened.gateway ??= new PushGateway({
    config: data.gateway,
    labels,
    appender: labelled(appender, data.instance),
    keep: (ref) => appender.keep(ref),
    end: (ref) => appender.end(ref),
    store: opened.store,
    clock: systemClock,
    telemetry: { registry, log: openLog(data.logLevel).child({ part: 'push gateway' }) },
  })
  return opened.gateway
}

function taken<Outcome>(
  { body }: { readonly body: Uint8Array<ArrayBuffer> },
  outcome: Outcome,
): Moved<Taken<Outcome>> {
  return new Moved({ outcome, room: body.buffer }, [body.buffer])
}

const handlers: PushHandlers = {
  importPage: ({ bytes, format, firstLine }) => imports.take(bytes, format, firstLine),
  influx: async (request) =>
    taken(request, await appender.by(request.quota, () => influxReceiver.take(request))),
  remoteWrite: async (request) => {
    const { body, version, quota } = request
    const outcome = await appender.by(quota, () => remoteWriteReceiver.take(body, version))
    return taken(request, outcome)
  },
  otlp: async (request) =>
    taken(request, await appender.by(request.quota, () => otlpReceiver.take(request))),
  openGateway: () => void gateway(),
  gatewayPush: ({ quota, ...request }) =>
    gateway().push(request, quota === undefined ? undefined : appender.gate(quota)),
  gatewayDelete: (path) => gateway().delete(path),
  gatewayWipe: () => gateway().wipe(),
  gatewayMetrics: () => movedAnswer(gatewayMetrics(gateway().records())),
  gatewayViews: () => gateway().views(),
  page: (accept) => {
    appender.publish()
    return movedPage(registry.collect(), accept)
  },
  close: async () => {
    await opened.gateway?.[Symbol.asyncDispose]()
    opened.store?.[Symbol.dispose]()
    appender.close()
    importer.close()
  },
}

serveCalls(parentPort!, handlers)
keepHeapSmall()
