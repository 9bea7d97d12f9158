import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type SqlEnd, SqlProcess, type SqlQuestion } from './sql-process.ts'

export interface SqlOptions {
  /** What a process may take. */
  readonly memoryBytes: number
  /** How long a process without questions is kept. */
  readonly idleMs?: number
}

export interface SqlProcessesOptions extends SqlOptions {
  /** The folder of the logs. */
  readonly folder: string
  readonly threads: number
  /** Hears of processes that ended otherwise than for want of questions. */
  readonly onEnd?: (why: SqlEnd) => void
}

const IDLE_MS = 60_000
/** What Node and DuckDB hold before the first question. */
const EMPTY_BYTES = 96 * 2 ** 20
const DUCKDB_BYTES_MIN = 32 * 2 ** 20
/** What DuckDB may count of the rest; the other third is for what it does not count, and for the answer. */
const COUNTED = 2 / 3
/** What DuckDB may put on disk, as a multiple of the memory. */
const SPILL = 4

interface Place {
  readonly process: SqlProcess
  readonly spillFolder: string
  idle?: NodeJS.Timeout
}

/**
 * The processes that answer SQL: one for each question under way, so that the one which is ended is the one
 * whose question was too much. They are started by questions, and kept for the next ones for a while. How
 * many are asked at a time is for the caller to limit.
 */
export class SqlProcesses implements Disposable {
  readonly #options: SqlProcessesOptions
  readonly #free: Place[] = []
  readonly #all = new Set<Place>()
  #started = 0

  constructor(options: SqlProcessesOptions) {
    this.#options = options
  }

  /** @see SqlProcess.ask */
  async ask(question: SqlQuestion, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    signal?.throwIfAborted()
    const place = this.#free.pop() ?? this.#start()
    clearTimeout(place.idle)
    try {
      return await place.process.ask(question, signal)
    } finally {
      if (place.process.isAlive) this.#rest(place)
    }
  }

  /** Ends them all, in the midst of whatever they do. */
  [Symbol.dispose](): void {
    for (const place of this.#all) this.#leave(place)
  }

  #start(): Place {
    const { folder, threads, memoryBytes, onEnd } = this.#options
    const spillFolder = join(folder, `sql-${++this.#started}.tmp`)
    const counted = Math.floor((memoryBytes - EMPTY_BYTES) * COUNTED)
    const data = {
      duckDb: {
        folder,
        threads,
        memoryBytes: Math.max(DUCKDB_BYTES_MIN, counted),
        spill: { folder: spillFolder, bytesMax: SPILL * memoryBytes },
      },
      memoryBytes,
      residentBytesMax: memoryBytes,
    }
    const process = new SqlProcess(data, (why) => {
      this.#leave(place)
      onEnd?.(why)
    })
    const place: Place = { process, spillFolder }
    this.#all.add(place)
    return place
  }

  #rest(place: Place): void {
    this.#free.push(place)
    place.idle = setTimeout(() => this.#leave(place), this.#options.idleMs ?? IDLE_MS).unref()
  }

  /** Nothing is left of a process. */
  #leave(place: Place): void {
    clearTimeout(place.idle)
    this.#all.delete(place)
    const at = this.#free.indexOf(place)
    if (at >= 0) this.#free.splice(at, 1)
    place.process[Symbol.dispose]()
    rmSync(place.spillFolder, { recursive: true, force: true })
  }
}
