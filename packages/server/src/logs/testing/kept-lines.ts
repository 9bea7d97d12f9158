import {
  type Clock,
  type LogBatch,
  type LogReport,
  type LogSink,
  levelOf,
  millis,
} from '@weir/model'
import type { LineParser } from '@weir/packs'
import { logsConfig } from '../config.ts'
import { lineLimits } from '../lines/line-limits.ts'
import { TokenQuotas } from '../../push/token-quotas.ts'
import { Registry } from '../../telemetry/registry.ts'
import { type LogOutcome, type LogRequest, NO_FIELDS } from '../receive/log-request.ts'
import { LogReceiver, type LogReceiverOptions } from '../receive/log-receiver.ts'

/** 2026-11-28T12:00:00Z */
export const NOON_MS = 1_795_867_200_000

/** A line as a test wants to see it. */
export interface KeptLine {
  readonly time: string
  readonly level: string
  readonly labels: Readonly<Record<string, string>>
  readonly line: string
  readonly metadata?: unknown
}

/** A receiver at noon, and what it gave to its store. */
export function stand(
  keys: object = {},
  parsers: readonly LineParser[] = [],
): {
  readonly receiver: LogReceiver
  readonly options: LogReceiverOptions
  readonly kept: KeptLine[]
  readonly batches: LogBatch[]
  readonly take: (
    request: Partial<LogRequest> & { readonly text: string | Uint8Array },
  ) => Promise<LogOutcome>
  readonly tick: (ms: number) => void
} {
  const kept: KeptLine[] = []
  const batches: LogBatch[] = []
  let passedMs = 0
  const clock: Clock = {
    now: () => millis(NOON_MS + passedMs),
    monotonicMs: () => passedMs,
    sleep: () => new Promise(() => undefined),
  }
  const store: LogSink = {
    append: async (batch): Promise<LogReport> => {
      batches.push(batch)
      kept.push(...linesOf(batch))
      return { appended: batch.count, rejected: {}, example: '' }
    },
  }
  const config = logsConfig.parse(keys)
  const options: LogReceiverOptions = {
    store,
    limits: lineLimits(config),
    unpackedBytesMax: config.max_unpacked_bytes,
    resourceLabels: config.resource_labels,
    depthMax: 8,
    quotas: new TokenQuotas('streams', clock, new Registry()),
    clock,
    seed: 7,
    parsers,
  }
  const receiver = new LogReceiver(options)
  return {
    receiver,
    options,
    kept,
    batches,
    take: ({ text, ...request }) =>
      receiver.take({
        protocol: 'ndjson',
        contentType: '',
        contentEncoding: '',
        fields: NO_FIELDS,
        ...request,
        body: Uint8Array.from(Buffer.from(text)),
      }),
    tick: (ms) => {
      passedMs += ms
    },
  }
}

function linesOf(batch: LogBatch): KeptLine[] {
  const text = (bytes: Uint8Array, ends: Uint32Array, i: number): string =>
    Buffer.from(bytes.subarray(i === 0 ? 0 : ends[i - 1], ends[i])).toString()
  return Array.from({ length: batch.count }, (_, i) => {
    const metadata = text(batch.metadata, batch.metadataEnds, i)
    return {
      time: isoOf(batch.timesNs[i]!),
      level: levelOf(batch.severities[i]!),
      labels: batch.streams[batch.streamOf[i]!]!.toJSON(),
      line: text(batch.text, batch.ends, i),
      ...(metadata === '' ? {} : { metadata: JSON.parse(metadata) as unknown }),
    }
  })
}

/** With nanoseconds when there are such. */
function isoOf(ns: bigint): string {
  const iso = new Date(Number(ns / 1_000_000n)).toISOString()
  const rest = String(ns % 1_000_000n)
  return rest === '0' ? iso : iso.replace('Z', `${rest.padStart(6, '0')}Z`)
}
