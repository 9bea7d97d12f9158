import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Access, type AccessOptions } from '../http/access.ts'
import { type Answer, backoffMs, isForNow, retryAfterMs, weirUrl } from '../http/exchange.ts'
import type { DestinationStats, LogDestination } from './destination.ts'

export interface WeirLogOptions extends AccessOptions {
  /** Weir's address: `http://127.0.0.1:9347`. */
  readonly url: string
  /** Lines wait at most so long before they are sent, 1 s unless told. */
  readonly batchMs?: number
  /** Characters that may wait while Weir is away, 8 Mi unless told; then the oldest go. */
  readonly queueChars?: number
  readonly timeoutMs?: number
  /** How long `flush`, `close` and the end of the program wait for Weir, 5 s unless told. */
  readonly flushTimeoutMs?: number
  /** Sends with gzip: less network for more CPU. */
  readonly compress?: boolean
  readonly levelMin?: number
}

const BATCH_CHARS = 256 * 1024
const FIRST_PAUSE_MS = 500
const LAST_PAUSE_MS = 30_000
const zip = promisify(gzip)

interface Batch {
  text: string
  count: number
}

/**
 * Lines to Weir itself, as NDJSON over HTTP, in order, one request at a time.
 *
 *   write ─> [ open batch ] ─full, or after batchMs─> [ sealed, bounded ] ─> POST ─2xx─> gone
 *                                     full: oldest dropped, counted │   ├─no answer, not let in, 429, 5xx─> pause, again
 *                                                                   │   └─other 4xx─> dropped, counted
 *
 * Neither timers nor sockets keep the process alive. A request whose answer was lost is sent again, so
 * a line may be there twice; a line that was acknowledged is never lost.
 */
export class WeirDestination implements LogDestination {
  readonly #options: WeirLogOptions
  readonly #access: Access
  #open: Batch = { text: '', count: 0 }
  readonly #sealed: Batch[] = []
  #chars = 0
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined
  #isClosed = false
  /** In a row. */
  #misses = 0
  readonly #stats = { written: 0, dropped: 0, failures: 0 }

  constructor(options: WeirLogOptions) {
    this.#options = options
    const url = weirUrl(options.url, '/api/weir/v1/logs')
    this.#access = new Access(url, options, { 'content-type': 'application/x-ndjson' })
  }

  write(line: string, level: number): void {
    if (level < (this.#options.levelMin ?? 0)) return
    if (this.#isClosed) {
      this.#stats.dropped++
      return
    }
    if (this.#open.text.length + line.length > BATCH_CHARS) this.#seal()
    this.#open.text += line
    this.#open.count++
    this.#chars += line.length
    if (this.#chars > (this.#options.queueChars ?? 8 * 1024 * 1024)) this.#makeRoom()
    if (this.#timer === undefined && this.#sending === undefined) {
      this.#schedule(this.#options.batchMs ?? 1_000)
    }
  }

  #seal(): void {
    if (this.#open.count === 0) return
    this.#sealed.push(this.#open)
    this.#open = { text: '', count: 0 }
    if (this.#sending === undefined && this.#misses === 0) this.#schedule(0)
  }

  /** The oldest go, but for the batch that is under way: Weir may have it already. */
  #makeRoom(): void {
    const [gone] = this.#sealed.splice(this.#sending === undefined ? 0 : 1, 1)
    const batch = gone ?? this.#open
    if (gone === undefined) this.#open = { text: '', count: 0 }
    this.#chars -= batch.text.length
    this.#stats.dropped += batch.count
  }

  #schedule(waitMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#start()
    }, waitMs)
    this.#timer.unref()
  }

  #start(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
    })
  }

  async #sendAll(): Promise<void> {
    for (;;) {
      if (this.#sealed.length === 0 && this.#open.count > 0) {
        this.#sealed.push(this.#open)
        this.#open = { text: '', count: 0 }
      }
      const [batch] = this.#sealed
      if (batch === undefined) return
      const answer = await this.#send(batch.text)
      const isTaken = answer.kind === 'answered' && answer.status >= 200 && answer.status < 300
      if (!isTaken && isForNow(answer)) {
        this.#stats.failures++
        this.#misses++
        const asked = answer.kind === 'answered' ? retryAfterMs(answer.headers) : undefined
        const pause = asked ?? backoffMs(this.#misses, FIRST_PAUSE_MS, LAST_PAUSE_MS)
        if (!this.#isClosed) this.#schedule(Math.min(pause, LAST_PAUSE_MS))
        return
      }
      this.#misses = 0
      this.#sealed.shift()
      this.#chars -= batch.text.length
      const refused = isTaken ? Math.min(rejectedIn(answer.text), batch.count) : batch.count
      this.#stats.written += batch.count - refused
      if (refused > 0) this.#refused(refused, answer)
    }
  }

  async #send(text: string): Promise<Answer> {
    try {
      const { compress, timeoutMs = 10_000 } = this.#options
      const body = compress ? await zip(text, { level: 1 }) : text
      const headers = compress ? { 'content-encoding': 'gzip' } : {}
      return await this.#access.post({ headers, body, timeoutMs })
    } catch (error) {
      return { kind: 'failed', why: String(error) }
    }
  }

  #refused(count: number, answer: Answer): void {
    this.#stats.dropped += count
    if (this.#stats.failures++ > 0 || answer.kind !== 'answered') return
    process.emitWarning(
      `Weir at ${this.#access.url.origin} refuses log lines: ${answer.status} ${answer.text.slice(0, 300)}`,
    )
  }

  async flush(): Promise<void> {
    if (this.#chars === 0) return
    // A timer that does keep the process alive: whoever awaits this wants to know.
    let finish: (() => void) | undefined
    const deadline = new Promise<void>((resolve) => {
      finish = resolve
    })
    const timer = setTimeout(finish!, this.#options.flushTimeoutMs ?? 5_000)
    const attempt = async (): Promise<void> => {
      // What is under way may have begun before the newest lines came.
      await this.#sending
      if (this.#chars === 0) return
      this.#start()
      await this.#sending
    }
    await Promise.race([attempt(), deadline])
    clearTimeout(timer)
  }

  /** Nothing can be sent any more when the process ends; what should arrive wants `await close()`. */
  flushSync(): void {}

  async close(): Promise<void> {
    await this.flush()
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#timer = undefined
    const left = [...this.#sealed, this.#open]
    this.#stats.dropped += left.reduce((sum, { count }) => sum + count, 0)
    this.#sealed.length = 0
    this.#open = { text: '', count: 0 }
    this.#chars = 0
    this.#access.close()
  }

  stats(): DestinationStats {
    return { name: this.#access.url.origin, ...this.#stats }
  }
}

/** Lines of a request that Weir took of which it refused some: `{"lines":5,"rejected":{"too_old":1}}`. */
function rejectedIn(text: string): number {
  try {
    const { rejected } = JSON.parse(text) as {
      readonly rejected?: Readonly<Record<string, unknown>>
    }
    const counts = Object.values(rejected ?? {}).filter((count) => typeof count === 'number')
    return counts.reduce((sum, count) => sum + count, 0)
  } catch {
    return 0
  }
}
