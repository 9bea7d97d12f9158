import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { WeirError } from '@weir/model'
import type { RecentLines } from '../part/log-table.ts'
import type { SqlCall, SqlMessage, SqlProcessData, SqlReply } from './sql-messages.ts'

export interface SqlQuestion {
  /** The SELECT behind the table `logs`. */
  readonly logs: string
  readonly recent: readonly RecentLines[]
  readonly text: string
  readonly rowsMax: number
}

/** Why a process ended, or has to: more memory than it may have; it did not stop when told; by itself. */
export type SqlEnd = 'memory' | 'time' | 'crash'

/** How often its size is looked at while it works. */
const LOOK_MS = 50
/** How long DuckDB may take to stop: what it hears at all it hears within one, on a busy machine too. */
const STOP_MS = 3000
/** Newest lines that go to it at once. */
const PIECE_BYTES = 2 ** 20
/** What it says last tells why it ended. */
const LAST_WORDS_CHARACTERS = 4096
const MIB = 2 ** 20

const FROM_SOURCE = import.meta.url.endsWith('.ts')
/** What the build made, also when this file is run from its source; in a bundle all lie side by side. */
const ENTRY = fileURLToPath(
  new URL(
    FROM_SOURCE ? '../../../dist/store/sql/log-sql-process.js' : './log-sql-process.js',
    import.meta.url,
  ),
)
/** Nothing of the environment is handed on but how to show times and where the system keeps libraries. */
const ENVIRONMENT = ['TZ', 'LD_LIBRARY_PATH', 'SystemRoot']

/** A process that answers SQL, one question at a time, and ends rather than grow. */
export class SqlProcess implements Disposable {
  readonly #data: SqlProcessData
  readonly #child: ChildProcess
  readonly #onEnd: (why: SqlEnd) => void
  #lastWords = ''
  #waiting: { resolve(reply: SqlReply): void; reject(error: Error): void } | undefined
  /** Why it was told to end. */
  #killedFor: SqlEnd | 'unneeded' | undefined
  #ended: Error | undefined

  /** @param onEnd hears of an end that nobody asked for by {@link Symbol.dispose} */
  constructor(data: SqlProcessData, onEnd: (why: SqlEnd) => void) {
    this.#data = data
    this.#onEnd = onEnd
    const heapMib = Math.max(64, Math.floor(data.memoryBytes / 2 / MIB))
    const environment = ENVIRONMENT.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value] as const]
    })
    this.#child = fork(ENTRY, [JSON.stringify(data)], {
      cwd: '/',
      env: Object.fromEntries(environment),
      execArgv: [`--max-old-space-size=${heapMib}`],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#child.on('message', (reply: SqlReply) => this.#settle(reply))
    this.#child.on('error', (cause) => this.#end(`cannot be started: ${cause.message}`))
    this.#child.on('exit', (code, signal) => this.#end(signal ?? `code ${code}`, signal))
    this.#child.stderr?.on('data', (bytes: Buffer) => {
      this.#lastWords = (this.#lastWords + bytes.toString()).slice(-LAST_WORDS_CHARACTERS)
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** It may be asked again. */
  get isAlive(): boolean {
    return this.#ended === undefined && this.#killedFor === undefined
  }

  /**
   * One question; the next one must wait until this is settled, which may be later than its signal.
   *
   * @returns a `SqlAnswer` as JSON
   * @throws {WeirError} `LOG_SQL_INVALID`, `QUERY_TOO_MUCH_MEMORY`, `LOG_SQL_CRASHED`; the signal's reason
   */
  async ask(
    { logs, recent, text, rowsMax }: SqlQuestion,
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    signal?.throwIfAborted()
    using _watched = this.#watched()
    using _stopping = this.#stopping(signal)
    try {
      await this.#call({ kind: 'begin' })
      for (const lines of inPieces(recent)) await this.#call({ kind: 'lines', lines })
      const reply = await this.#call({ kind: 'run', logs, text, rowsMax })
      signal?.throwIfAborted()
      if (reply.kind === 'answer') return new Uint8Array(reply.json) // whose buffer has more in it
      throw new WeirError('BUG', `BUG: SQL was replied to with ${reply.kind}`)
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  }

  /** Ends it. */
  [Symbol.dispose](): void {
    this.#kill('unneeded')
  }

  #call(call: SqlCall): Promise<SqlReply> {
    return new Promise<SqlReply>((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended)
        return
      }
      this.#waiting = { resolve, reject }
      this.#send(call)
    })
  }

  #send(message: SqlMessage): void {
    // Where it cannot be sent there is an end to hear of.
    if (this.#child.connected) this.#child.send(message, () => undefined)
  }

  #settle(reply: SqlReply): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    switch (reply.kind) {
      case 'done':
      case 'answer':
        return waiting?.resolve(reply)
      case 'refused':
        return waiting?.reject(new WeirError('LOG_SQL_INVALID', reply.message))
      case 'memory':
        this.#kill('memory') // DuckDB keeps what it had, and the next question would suffer for it
        return waiting?.reject(this.#tooMuch())
      case 'broken':
        this.#kill('crash')
        return waiting?.reject(crashed(reply.message))
      default:
        return reply satisfies never
    }
  }

  #end(how: string, signal?: NodeJS.Signals | null): void {
    if (this.#ended !== undefined) return
    // Nobody else kills it for nothing: the kernel when memory is short, or itself when it is too large.
    const isMemory =
      this.#killedFor === 'memory' ||
      (this.#killedFor === undefined && (signal === 'SIGKILL' || NO_MEMORY.test(this.#lastWords)))
    this.#ended = isMemory ? this.#tooMuch() : crashed(`its process ended (${how})`)
    this.#waiting?.reject(this.#ended)
    this.#waiting = undefined
    if (this.#killedFor !== 'unneeded')
      this.#onEnd(this.#killedFor ?? (isMemory ? 'memory' : 'crash'))
  }

  #kill(why: SqlEnd | 'unneeded'): void {
    this.#killedFor ??= why
    this.#child.kill('SIGKILL')
  }

  #tooMuch(): WeirError {
    const mib = Math.floor(this.#data.residentBytesMax / MIB)
    const why = `Cannot answer the SQL: it takes more than the ${mib} MiB that a question has of logs.query.sql_memory; select fewer rows and columns or a shorter time, make no long texts and lists, or raise the limit`
    return new WeirError('QUERY_TOO_MUCH_MEMORY', why)
  }

  /** Tells DuckDB to stop when the signal aborts, and does not wait for long. */
  #stopping(signal: AbortSignal | undefined): Disposable {
    let patience: NodeJS.Timeout | undefined
    const stop = (): void => {
      this.#send({ kind: 'cancel' })
      patience = setTimeout(() => this.#kill('time'), STOP_MS)
    }
    signal?.addEventListener('abort', stop)
    return {
      [Symbol.dispose]: () => {
        signal?.removeEventListener('abort', stop)
        clearTimeout(patience)
      },
    }
  }

  /** Looks at its size from outside, since it may be too busy to do so itself. */
  #watched(): Disposable {
    const look = (): void => {
      if ((residentBytes(this.pid) ?? 0) > this.#data.residentBytesMax) this.#kill('memory')
    }
    const timer = setInterval(look, LOOK_MS)
    return { [Symbol.dispose]: () => clearInterval(timer) }
  }
}

/** What V8 and C++ say on the way out. */
const NO_MEMORY = /out of memory|bad_alloc|allocation failed/i

function crashed(how: string): WeirError {
  const why = `Cannot answer the SQL: DuckDB broke off: ${how}; ask in another way. Nothing else is touched`
  return new WeirError('LOG_SQL_CRASHED', why)
}

/** What a process has in memory; undefined where the system does not tell, or it is gone. */
function residentBytes(pid: number | undefined): number | undefined {
  try {
    const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kib === undefined ? undefined : Number(kib) * 1024
  } catch {
    return undefined
  }
}

function* inPieces(recent: readonly RecentLines[]): Generator<RecentLines[]> {
  let piece: RecentLines[] = []
  let bytes = 0
  for (const lines of recent) {
    piece.push(lines)
    bytes += lines.text.length + lines.metadata.length + 32 * lines.count
    if (bytes < PIECE_BYTES) continue
    yield piece
    piece = []
    bytes = 0
  }
  if (piece.length > 0) yield piece
}
