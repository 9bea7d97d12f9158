import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { LogBatch, Matcher } from '@weir/model'
import type { LineRequest, LogLines, LogSource, LogStream, TimeRange } from '../source.ts'
import { streamTest } from '../stream-test.ts'
import type { News } from './news.ts'
import { Recent } from './recent.ts'
import { Streams } from './streams.ts'

/** The log store as a thread that queries sees it. What was acknowledged before a question is in its answer. */
export interface LogReader extends LogSource, Disposable {
  /** Hears of every batch once it is kept, for live tail; those that were there before are not told. */
  onBatch(listener: (batch: LogBatch) => void): Disposable
}

/** @param port the other end went to {@link LogStore.connectReader} */
export async function openLogReader(port: MessagePort): Promise<LogReader> {
  const reader = new Reader(port)
  await reader.ready
  return reader
}

class Reader implements LogReader {
  readonly ready: Promise<void>
  readonly #port: MessagePort
  readonly #streams = new Streams()
  readonly #recent = new Recent(this.#streams)
  readonly #listeners = new Set<(batch: LogBatch) => void>()
  #isReady!: () => void

  constructor(port: MessagePort) {
    this.#port = port
    this.ready = new Promise((resolve) => {
      this.#isReady = resolve
    })
    port.on('message', (news: News) => this.#take(news))
    port.unref()
    port.ref() // until it is ready
  }

  streams(matchers: readonly Matcher[], range: TimeRange): readonly LogStream[] {
    this.#hear()
    const test = streamTest(matchers)
    return [...this.#recent.streams(range)].filter(({ labels }) => test(labels))
  }

  async *lines(request: LineRequest): AsyncIterable<LogLines> {
    this.#hear()
    yield* this.#recent.lines(request)
  }

  onBatch(listener: (batch: LogBatch) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  [Symbol.dispose](): void {
    this.#port.close()
  }

  /** Takes in what was told before now, so that a question sees what was acknowledged before it. */
  #hear(): void {
    for (;;) {
      const told = receiveMessageOnPort(this.#port)
      if (told === undefined) return
      this.#take(told.message as News)
    }
  }

  #take(news: News): void {
    switch (news.kind) {
      case 'frame': {
        const batch = this.#recent.add(news.segment, news.bytes)
        for (const listener of this.#listeners) listener(batch)
        return
      }
      case 'ready':
        return this.#isReady()
      default:
        return news satisfies never
    }
  }
}
