import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { DuckDBInstance } from '@duckdb/node-api'
import { type LogBatch, type Matcher, levelOf } from '@weir/model'
import { allTests, lineValue } from '../line-test.ts'
import type {
  CountRequest,
  LineRequest,
  LogCounts,
  LogLines,
  LogSource,
  LogStream,
  TimeRange,
} from '../source.ts'
import { streamTest } from '../stream-test.ts'
import { CountSum } from './count-sum.ts'
import { JoinedLines } from './joined-lines.ts'
import type { LetGo, News } from './news.ts'
import { createLogTable, logsSelect, mapSql, recentLines } from './part/log-table.ts'
import { minuteCounts } from './part/minute-counts.ts'
import { openDuckDb } from './part/open-duckdb.ts'
import { Part } from './part/part.ts'
import { type PartName, partFile } from './part/part-name.ts'
import { partCounts, partLines } from './part/part-queries.ts'
import { writeParquet } from './part/write-parquet.ts'
import { Recent } from './recent.ts'
import type { SqlEnd } from './sql/sql-process.ts'
import { type SqlOptions, SqlProcesses } from './sql/sql-processes.ts'
import { groupStreams } from './stream-conditions.ts'
import { Streams } from './streams.ts'
import { timeWindows } from './time-windows.ts'

export interface LogReaderOptions {
  /** The folder of the logs. */
  readonly folder: string
  /** Threads of DuckDB. */
  readonly threads: number
  /** What DuckDB may use; more is answered with an error. */
  readonly memoryBytes: number
  /** What each process that answers SQL gets; `memoryBytes` unless told. */
  readonly sql?: SqlOptions
}

export interface LogReaderEvents {
  /** A process that answered SQL had to be ended, or broke off. */
  readonly sqlEnded?: (why: SqlEnd) => void
}

/** The log store as a thread that queries sees it. What was acknowledged before a question is in its answer. */
export interface LogReader extends LogSource, Disposable {
  counts(request: CountRequest): Promise<LogCounts | undefined>
  /** Hears of every batch once it is kept, for live tail; those that were there before are not told. */
  onBatch(listener: (batch: LogBatch) => void): Disposable
}

/** The same lines as a table. */
export interface LogTable {
  /**
   * Answers one SELECT over the table `logs` (`part/log-table` has its columns), and nothing else, in a process
   * of its own (`sql/`).
   *
   * @returns a `SqlAnswer` as JSON
   * @throws {WeirError} `LOG_SQL_INVALID`, `QUERY_TOO_MUCH_MEMORY`, `LOG_SQL_CRASHED`
   */
  sql(text: string, rowsMax: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>
  /**
   * Writes lines of a range as a Parquet file with the columns of `logs`, into the folder of the logs; whoever
   * asked removes it. When the signal aborts, DuckDB stops and nothing is left.
   *
   * @returns the file's path
   */
  exportParquet(
    range: TimeRange,
    streams: readonly LogStream[],
    signal?: AbortSignal,
  ): Promise<string>
}

/** @param port the other end went to {@link LogStore.connectReader} */
export async function openLogReader(
  port: MessagePort,
  options: LogReaderOptions,
  events: LogReaderEvents = {},
): Promise<LogReader & LogTable> {
  const reader = new Reader(port, options, events)
  await reader.ready
  return reader
}

/** Rows of one time window at most; a window with more is made smaller. */
const WINDOW_ROWS_MAX = 50_000

class Reader implements LogReader, LogTable {
  readonly ready: Promise<void>
  readonly #port: MessagePort
  readonly #options: LogReaderOptions
  readonly #streams = new Streams()
  readonly #recent = new Recent(this.#streams)
  readonly #parts = new Map<string, Part>()
  readonly #listeners = new Set<(batch: LogBatch) => void>()
  readonly #sql: SqlProcesses
  /** Opened by the first question that needs it: it takes memory. */
  #instance: Promise<DuckDBInstance> | undefined
  /** Questions under way, and news to answer once those that were then under way are over. */
  readonly #asking = new Set<object>()
  #isReady!: () => void

  constructor(port: MessagePort, options: LogReaderOptions, { sqlEnded }: LogReaderEvents) {
    this.#port = port
    this.#options = options
    const { folder, threads, memoryBytes, sql = { memoryBytes } } = options
    const onEnd = (why: SqlEnd): void => sqlEnded?.(why)
    this.#sql = new SqlProcesses({ folder, threads, ...sql, onEnd })
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
    const found = this.#recent.streams(range)
    for (const part of this.#parts.values()) {
      if (part.overlaps(range)) for (const stream of part.streams) found.add(stream)
    }
    return [...found].filter(({ labels }) => test(labels))
  }

  async *lines(request: LineRequest): AsyncIterable<LogLines> {
    this.#hear()
    using _asked = this.#ask()
    const parts = this.#partsIn(request.range)
    const groups = groupStreams(request.streams, request.conditions)
    if (groups.length === 0) return
    if (request.order === 'any') {
      yield* this.#recent.lines(request)
      if (parts.length === 0) return
      using connection = await this.#connect()
      yield* partLines(connection.to, parts, groups, request)
      return
    }
    yield* this.#inOrder(request, parts)
  }

  async counts(request: CountRequest): Promise<LogCounts | undefined> {
    this.#hear()
    using _asked = this.#ask()
    const { by, byStream, streams, range, stepNs, conditions } = request
    const sum = new CountSum(by, byStream)
    const groups = groupStreams(streams, conditions)
    // What is in memory is counted before anything is waited for: later it may lie in a part.
    const recent = [...this.#recent.lines({ ...request, order: 'any', needsText: true })]
    const test = allTests(conditions)
    for (const lines of recent) {
      for (let i = 0; i < lines.count; i++) {
        if (!test(lines, i)) continue
        const step = Number((lines.timeNs(i) - range.fromNs) / stepNs)
        const values = by.map((name) => lineValue(lines, i, name))
        const bytes = request.needsBytes ? Buffer.byteLength(lines.line(i)) : 0
        sum.add(lines.stream(i), step, values, 1, bytes)
      }
    }
    const left: Part[] = []
    for (const part of this.#partsIn(range)) {
      if (!minuteCounts(part, groups, request, sum)) left.push(part)
    }
    if (left.length === 0) return sum.finish()
    const names = by.filter(
      (name) => name !== 'detected_level' && streams.some(({ labels }) => labels.get(name) === ''),
    )
    const bySeverity = by.includes('detected_level')
    using connection = await this.#connect()
    const counted = await partCounts(connection.to, left, groups, { ...request, names, bySeverity })
    if (counted === undefined) return undefined
    for (const { stream, step, severity, values, lines, bytes } of counted) {
      const all = by.map((name) => {
        const label = stream.labels.get(name)
        if (label !== '') return label
        return name === 'detected_level' ? levelOf(severity) : values[names.indexOf(name)]!
      })
      sum.add(stream, step, all, lines, bytes)
    }
    return sum.finish()
  }

  async sql(text: string, rowsMax: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    this.#hear()
    using _asked = this.#ask()
    const { parts, recent } = this.#everything()
    const question = { logs: logsSelect(parts), recent: recent.map(recentLines), text, rowsMax }
    return await this.#sql.ask(question, signal)
  }

  async exportParquet(
    range: TimeRange,
    streams: readonly LogStream[],
    signal?: AbortSignal,
  ): Promise<string> {
    signal?.throwIfAborted()
    this.#hear()
    using _asked = this.#ask()
    const { parts, recent } = this.#everything()
    using connection = await this.#connect()
    await createLogTable(
      connection.to,
      parts.filter((part) => part.overlaps(range)),
      recent,
    )
    const path = join(this.#options.folder, `export-${randomUUID()}.parquet`)
    const wanted = streams.map(({ labels }) => mapSql(labels.flat))
    const where = [
      `epoch_ns(time) >= ${range.fromNs}`,
      `epoch_ns(time) < ${range.toNs}`,
      wanted.length === 0 ? 'false' : `labels IN (${wanted.join(', ')})`,
    ]
    const select = `SELECT * FROM logs WHERE ${where.join(' AND ')} ORDER BY time`
    await writeParquet(connection.to, select, path, signal)
    return path
  }

  onBatch(listener: (batch: LogBatch) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  [Symbol.dispose](): void {
    this.#port.close()
    this.#sql[Symbol.dispose]()
    void this.#instance?.then((instance) => instance.closeSync())
  }

  /** A time window after the other, each sorted. */
  async *#inOrder(request: LineRequest, parts: readonly Part[]): AsyncGenerator<LogLines> {
    const order = request.order === 'forward' ? 'forward' : 'backward'
    const { range, expected = 1000, signal } = request
    const extent = this.#extent(range, parts)
    if (extent === undefined) return
    using connection = parts.length === 0 ? undefined : await this.#connect()
    // Lines that come meanwhile are no part of the answer, and what is in memory may move into a part.
    const recent = new Recent(this.#streams, this.#recent)
    const windows = timeWindows(extent, order, this.#linesIn(request, parts, recent), expected)
    let found = 0
    for (;;) {
      signal?.throwIfAborted()
      const window = windows.next(found)
      if (window.done === true) return
      const groups = groupStreams(request.streams, request.conditions)
      const within = { ...request, range: window.value, order } as const
      const runs: LogLines[] = [...recent.lines(within)]
      let rows = 0
      const overlapping = parts.filter((part) => part.overlaps(window.value))
      if (connection !== undefined && overlapping.length > 0) {
        // Lines of one moment belong together, however many they are.
        const isMoment = window.value.toNs - window.value.fromNs === 1n
        const limit = isMoment ? undefined : WINDOW_ROWS_MAX + 1
        const read = partLines(connection.to, overlapping, groups, within, limit)
        for await (const lines of read) {
          runs.push(lines)
          rows += lines.count
        }
      }
      if (rows > WINDOW_ROWS_MAX && window.value.toNs - window.value.fromNs > 1n) {
        found = -1
        continue
      }
      found = runs.reduce((sum, { count }) => sum + count, 0)
      if (found > 0) yield runs.length === 1 ? runs[0]! : new JoinedLines(runs, order)
    }
  }

  #extent(range: TimeRange, parts: readonly Part[]): TimeRange | undefined {
    let found = this.#recent.extent(range)
    for (const { minNs, maxNs } of parts) {
      const fromNs = minNs > range.fromNs ? minNs : range.fromNs
      const toNs = maxNs + 1n < range.toNs ? maxNs + 1n : range.toNs
      found =
        found === undefined
          ? { fromNs, toNs }
          : {
              fromNs: fromNs < found.fromNs ? fromNs : found.fromNs,
              toNs: toNs > found.toNs ? toNs : found.toNs,
            }
    }
    return found
  }

  /** About how many lines the request will give. */
  #linesIn({ range, conditions }: LineRequest, parts: readonly Part[], recent: Recent): number {
    return parts.reduce(
      (sum, part) => sum + part.linesMeeting(conditions) * shareOf(part, range),
      recent.linesIn(range),
    )
  }

  #everything(): { readonly parts: readonly Part[]; readonly recent: readonly LogBatch[] } {
    return { parts: [...this.#parts.values()], recent: this.#recent.batches() }
  }

  #partsIn(range: TimeRange): Part[] {
    return [...this.#parts.values()].filter((part) => part.overlaps(range))
  }

  async #connect() {
    this.#instance ??= openDuckDb(this.#options)
    const to = await (await this.#instance).connect()
    return { to, [Symbol.dispose]: () => to.closeSync() }
  }

  /** A question is under way until what this gives is disposed. */
  #ask(): Disposable {
    const question = {}
    this.#asking.add(question)
    return {
      [Symbol.dispose]: () => {
        this.#asking.delete(question)
        this.#answerNews()
      },
    }
  }

  /** News of parts that are not answered yet, with the questions that may still read what was replaced. */
  #unanswered: { readonly number: number; readonly asking: ReadonlySet<object> }[] = []

  #answerNews(): void {
    this.#unanswered = this.#unanswered.filter(({ number, asking }) => {
      for (const question of asking) if (this.#asking.has(question)) return true
      this.#port.postMessage({ letGo: number } satisfies LetGo)
      return false
    })
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
      case 'parts': {
        for (const name of news.replaced) this.#parts.delete(partFile(name))
        for (const name of news.added) this.#open(name)
        for (const segment of news.segments) this.#recent.remove(segment)
        this.#unanswered.push({ number: news.number, asking: new Set(this.#asking) })
        this.#answerNews()
        return
      }
      case 'ready':
        return this.#isReady()
      default:
        return news satisfies never
    }
  }

  #open(name: PartName): void {
    this.#parts.set(partFile(name), Part.open(this.#options.folder, name, this.#streams))
  }
}

/** How much of a part's time lies in a range. */
function shareOf({ minNs, maxNs }: Part, { fromNs, toNs }: TimeRange): number {
  const from = minNs > fromNs ? minNs : fromNs
  const to = maxNs + 1n < toNs ? maxNs + 1n : toNs
  return Number(to - from) / Number(maxNs + 1n - minNs)
}
