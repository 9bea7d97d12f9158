import type { MessagePort } from 'node:worker_threads'
import { type LogEntry, type LogReader, runLogQuery, tailFilter } from '@weir/logs'
import { type Clock, type Labels, type LogBatch, WeirError } from '@weir/model'
import type { Telemetry } from '../telemetry/log.ts'
import type { LogQueryLimits } from './job.ts'
import { streamsJson } from './loki-json.ts'

/** A query whose lines somebody wants to see as they come. */
export interface TailRequest {
  readonly query: string
  /** Lines since then come first, the newest `limit` of them. */
  readonly startNs: bigint
  readonly limit: number
  /** How long lines are held back, so that late ones find their place. */
  readonly delayMs: number
  readonly categorize: boolean
}

/** What goes out by the port of a tail. */
export type TailNews =
  /** A frame of JSON for the client, as Loki's API has it. */
  | { readonly kind: 'frame'; readonly text: string }
  /** Nothing more will come. */
  | { readonly kind: 'end'; readonly why: string }

/** What comes in by it: the client has taken a frame. */
export interface TailCredit {
  readonly kind: 'taken'
}

/** Frames that may be on their way to a client. */
const FRAMES_AHEAD = 10
const FRAME_LINES_MAX = 100
/** Lines that wait for a client to keep up, or to be begun with; further ones are dropped. */
const WAITING_MAX = 1000
/** Dropped lines that are told with the next frame; more are only counted. */
const DROPPED_TOLD_MAX = 1000
/** How long lines are gathered before a frame goes out. */
const GATHER_MS = 100

export interface TailSessionsOptions {
  readonly reader: LogReader
  readonly limits: LogQueryLimits
  readonly timeMaxMs: number
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/** All live tails. */
export class TailSessions implements Disposable {
  readonly #options: TailSessionsOptions
  readonly #sessions = new Set<TailSession>()
  readonly #dropped
  readonly #open
  #listening: Disposable | undefined

  constructor(options: TailSessionsOptions) {
    this.#options = options
    const { registry } = options.telemetry
    this.#dropped = registry.counter(
      'weir_logs_tail_lines_dropped_total',
      'Lines that live tails did not show because their clients were too slow.',
    )
    this.#open = registry.gauge('weir_logs_tails', 'Live tails that are open.')
  }

  /**
   * Begins a tail; it ends when the port closes, or by itself after a while.
   *
   * @throws {WeirError} what is wrong with the query
   */
  async begin(request: TailRequest, port: MessagePort): Promise<void> {
    const { reader, clock, timeMaxMs, limits } = this.#options
    const session = new TailSession(request, port, {
      clock,
      dropped: (count) => this.#dropped.inc(undefined, count),
    })
    port.on('message', ({ kind }: TailCredit) => {
      if (kind === 'taken') session.taken()
    })
    port.once('close', () => this.#end(session))
    this.#sessions.add(session)
    this.#open.set(this.#sessions.size)
    // Before the past is read, so that nothing is between the two.
    this.#listening ??= reader.onBatch((batch) => this.#hear(batch))
    clock.sleep(timeMaxMs, session.ended).then(
      () => session.end('reached tail max duration limit'),
      () => undefined, // its client went before
    )
    try {
      await session.showPast(reader, limits)
    } catch (error) {
      this.#end(session)
      throw error
    }
  }

  [Symbol.dispose](): void {
    for (const session of this.#sessions) session.end('Weir is stopping')
    this.#listening?.[Symbol.dispose]()
  }

  #hear(batch: LogBatch): void {
    for (const session of this.#sessions) session.take(batch)
  }

  #end(session: TailSession): void {
    session.stop()
    this.#sessions.delete(session)
    this.#open.set(this.#sessions.size)
    if (this.#sessions.size > 0) return
    this.#listening?.[Symbol.dispose]()
    this.#listening = undefined
  }
}

interface SessionHelp {
  readonly clock: Clock
  /** Counts lines that were not shown. */
  dropped(count: number): void
}

const STOPPED = new WeirError('QUERY_CANCELED', 'the tail is closed')

/** One client that follows a query. */
class TailSession {
  readonly #request: TailRequest
  readonly #filter: (batch: LogBatch) => readonly LogEntry[]
  readonly #port: MessagePort
  readonly #help: SessionHelp
  readonly #stop = new AbortController()
  /** Lines that wait for the next frame. */
  #waiting: LogEntry[] = []
  #dropped: { readonly labels: Labels; readonly timeNs: bigint }[] = []
  #framesOut = 0
  /** Nothing goes out before the past has. */
  #isHeld = true
  #isGathering = false

  constructor(request: TailRequest, port: MessagePort, help: SessionHelp) {
    this.#request = request
    this.#port = port
    this.#help = help
    this.#filter = tailFilter(request.query)
  }

  get ended(): AbortSignal {
    return this.#stop.signal
  }

  /** Shows the newest lines that were there when the tail began, then those that came meanwhile. */
  async showPast(reader: LogReader, { linesMax }: LogQueryLimits): Promise<void> {
    const { clock } = this.#help
    const { query, startNs, limit } = this.#request
    const { value } = await runLogQuery(reader, {
      kind: 'range',
      query,
      startNs,
      endNs: BigInt(clock.now() + 1) * 1_000_000n,
      stepNs: 1n,
      direction: 'backward',
      limit,
      limits: { entriesMax: linesMax },
      signal: this.#stop.signal,
    })
    const past = value.kind === 'streams' ? value.entries : []
    const shown = new Set(past.map(identity))
    // What was kept while the past was read may be in both.
    const meanwhile = this.#waiting.filter((entry) => !shown.has(identity(entry)))
    this.#waiting = [...past, ...meanwhile]
    this.#isHeld = false
    this.#send()
  }

  /** Takes new lines in. */
  take(batch: LogBatch): void {
    if (this.#stop.signal.aborted) return
    let isNew = false
    for (const entry of this.#filter(batch)) {
      if (this.#waiting.length < WAITING_MAX) {
        this.#waiting.push(entry)
        isNew = true
        continue
      }
      this.#help.dropped(1)
      if (this.#dropped.length < DROPPED_TOLD_MAX) {
        this.#dropped.push({ labels: entry.stream, timeNs: entry.timeNs })
      }
    }
    if (isNew && !this.#isHeld) this.#gather()
  }

  /** The client has read a frame. */
  taken(): void {
    this.#framesOut--
    if (this.#waiting.length > 0) this.#gather()
  }

  /** Tells the client why nothing more will come. */
  end(why: string): void {
    this.#port.postMessage({ kind: 'end', why } satisfies TailNews)
    this.#port.close()
  }

  stop(): void {
    this.#stop.abort(STOPPED)
    this.#waiting = []
  }

  /** Sends after a moment, so that lines that come one by one go together. */
  #gather(): void {
    if (this.#isGathering) return
    this.#isGathering = true
    const ms = Math.max(GATHER_MS, this.#request.delayMs)
    const gathered = async (): Promise<void> => {
      await this.#help.clock.sleep(ms, this.#stop.signal)
      this.#isGathering = false
      this.#send()
    }
    gathered().catch(() => undefined) // closed
  }

  /** Sends what waits, as far as the client keeps up. */
  #send(): void {
    this.#waiting.sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0))
    while (this.#waiting.length > 0 && this.#framesOut < FRAMES_AHEAD) {
      const entries = this.#waiting.splice(0, FRAME_LINES_MAX)
      this.#framesOut++
      this.#port.postMessage({ kind: 'frame', text: this.#frame(entries) } satisfies TailNews)
    }
  }

  #frame(entries: readonly LogEntry[]): string {
    const { categorize } = this.#request
    const dropped = this.#dropped.splice(0).map(({ labels, timeNs }) => ({
      timestamp: String(timeNs),
      labels: labels.toJSON(),
    }))
    const told = dropped.length === 0 ? '' : `,"dropped_entries":${JSON.stringify(dropped)}`
    const flags = categorize ? ',"encodingFlags":["categorize-labels"]' : ''
    return `{"streams":${streamsJson(entries, categorize)}${told}${flags}}`
  }
}

function identity({ timeNs, stream, line }: LogEntry): string {
  return `${timeNs} ${stream.key()} ${line}`
}
