import { receiveMessageOnPort } from 'node:worker_threads'

import { type Labels, type MetricMetadata, type NativeHistogram, WeirError } from '@weir/model'

import { ByteReader } from '../codec/bytes.ts'
import { decodeBatch } from '../disk/batch-record.ts'
import { type Environment, openEnvironment, storageError } from '../disk/environment.ts'
import { PageView } from '../exemplars/page.ts'
import { decodeHistogram } from '../histogram/record.ts'
import { DictionaryView } from '../index/dictionary-view.ts'
import { readLabels } from '../index/label-bytes.ts'
import type { News } from '../news.ts'
import type { ReaderSeat } from '../seat.ts'
import { LAST_RECORD, LAST_SAMPLES, outgoingKey, outgoingNumber } from './outgoing.ts'
import { decodeOutgoing } from './record.ts'

/** What one commit brought. */
export interface TailRecord {
  readonly record: number
  /** When it was committed, by the store's clock. */
  readonly writtenMs: number
  /** Samples of all records before this one, those that are gone included. */
  readonly samplesBefore: number
  readonly samples: number
  readonly batches: readonly TailBatch[]
  readonly exemplars: readonly TailExemplar[]
}

/** Samples, a column each; those of one series in the order in which they came. */
export interface TailBatch {
  readonly count: number
  /** Numbers of the store: the same series has the same number as long as it is there. */
  readonly series: Float64Array
  readonly times: Float64Array
  readonly values: Float64Array
  /** Native histograms by their place in the columns, ascending; their values mean nothing. */
  readonly histograms: ReadonlyMap<number, NativeHistogram>
}

export interface TailExemplar {
  readonly series: number
  readonly timeMs: number
  readonly value: number
  readonly labels: Labels
}

/** A thread's view of what leaves. */
export interface Tail extends Disposable {
  /** The newest record, and the samples of all up to it. Costs nothing to ask. */
  newest(): { readonly record: number; readonly samples: number }
  /**
   * The record after the one of this number, or the oldest that is left of those; `undefined` when
   * there is none yet.
   *
   * @throws {WeirError} `STORAGE_CORRUPT`
   */
  after(record: number): TailRecord | undefined
  /** The labels of a series; undefined when the store has forgotten them. */
  labels(series: number): Labels | undefined
  /** What is known about metric names. */
  metadata(): ReadonlyMap<string, MetricMetadata>
  /** Grows when something new is known about a name. */
  readonly metadataVersion: number
}

/** Takes a seat that `Store.seat` gave, on the thread that will send. */
export function openTail(seat: ReaderSeat): Tail {
  return new OutgoingTail(seat)
}

class OutgoingTail implements Tail {
  readonly #seat: ReaderSeat
  readonly #shared: BigInt64Array
  readonly #environment: Environment
  readonly #metadata = new Map<string, MetricMetadata>()
  metadataVersion = 0
  #view: DictionaryView
  /** The record that was read last: many queues are at the same place. */
  #latest: TailRecord | undefined

  constructor(seat: ReaderSeat) {
    this.#seat = seat
    this.#shared = new BigInt64Array(seat.outgoing)
    this.#environment = openEnvironment(seat.path)
    this.#view = new DictionaryView(seat.header)
    seat.port.on('message', (news: News) => this.#take(news))
    seat.port.unref()
  }

  newest(): { record: number; samples: number } {
    return {
      record: Number(Atomics.load(this.#shared, LAST_RECORD)),
      samples: Number(Atomics.load(this.#shared, LAST_SAMPLES)),
    }
  }

  after(record: number): TailRecord | undefined {
    // The number first: what it counts has been told, so the news that follow explain it.
    const newest = this.newest().record
    if (record >= newest) return undefined
    this.#hear()
    if (this.#latest?.record === record + 1) return this.#latest
    const { root, outgoing } = this.#environment
    root.resetReadTxn()
    const start = outgoingKey(record + 1)
    for (const { key, value } of outgoing.getRange({ start, limit: 1 })) {
      const number = outgoingNumber(key)
      return number <= newest ? (this.#latest = this.#read(number, value)) : undefined
    }
    return undefined
  }

  labels(series: number): Labels | undefined {
    const isThere = this.#view.series.has(series) && this.#view.listOf(series) >= 0
    return isThere ? this.#view.labels(series) : undefined
  }

  metadata(): ReadonlyMap<string, MetricMetadata> {
    this.#hear()
    return this.#metadata
  }

  [Symbol.dispose](): void {
    this.#seat.port.close()
    void this.#environment.root.close()
  }

  #read(record: number, bytes: Uint8Array): TailRecord {
    try {
      const { writtenMs, samplesBefore, samples, batches, pages } = decodeOutgoing(bytes)
      return {
        record,
        writtenMs,
        samplesBefore,
        samples,
        batches: batches.map(readBatch),
        exemplars: pages.flatMap(readPage),
      }
    } catch (error) {
      if (error instanceof WeirError) throw error
      const what = new Error(`CORRUPTED: ${(error as Error).message}`)
      throw storageError(`read record ${record} of what leaves`, what)
    }
  }

  #hear(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.#seat.port)
      if (received === undefined) return
      this.#take(received.message as News)
    }
  }

  /** Of what readers hear, a tail needs only what labels and names mean. */
  #take(news: News): void {
    switch (news.kind) {
      case 'dictionary':
        this.#view.adopt(news.table, news.index, news.shared)
        break
      case 'renewed':
        this.#view = new DictionaryView(news.header)
        for (const [table, index, shared] of news.tables) this.#view.adopt(table, index, shared)
        break
      case 'metadata':
        this.#metadata.set(news.name, news.metadata)
        this.metadataVersion++
        break
      default:
    }
  }
}

function readBatch(bytes: Uint8Array): TailBatch {
  const { count, series, times, values, histograms } = decodeBatch(bytes)
  const read = [...histograms].map(
    ([at, record]) => [at, decodeHistogram(new ByteReader(record))] as const,
  )
  return { count, series, times, values, histograms: new Map(read) }
}

function readPage(bytes: Uint8Array): TailExemplar[] {
  const { series, times, values, labels } = new PageView(bytes).rest()
  return labels.map((text, i) => ({
    series: series[i]!,
    timeMs: times[i]!,
    value: values[i]!,
    labels: readLabels(new ByteReader(text)),
  }))
}
