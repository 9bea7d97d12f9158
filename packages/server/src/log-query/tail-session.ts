import type { MessagePort } from 'node:worker_threads'
import type { LogEntry } from '@weir/logs'
import { type Clock, type Labels, WeirError } from '@weir/model'
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

export interface SessionHelp {
  readonly clock: Clock
  /** Counts lines that were not shown. */
  dropped(count: number): void
}

const STOPPED = new WeirError('QUERY_CANCELED', 'the tail is closed')

/** One client that follows a query. */
export class TailSession {
  readonly #request: TailRequest
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
  }

  get ended(): AbortSignal {
    return this.#stop.signal
  }

  /** Shows the newest lines that were there when the tail began, then those that came meanwhile. */
  begin(past: readonly LogEntry[]): void {
    const shown = new Set(past.map(identityOf))
    // What was kept while the past was read may be in both.
    const meanwhile = this.#waiting.filter((entry) => !shown.has(identityOf(entry)))
    this.#waiting = [...past, ...meanwhile]
    this.#isHeld = false
    this.#send()
  }

  /** Takes new lines in. */
  take(entries: readonly LogEntry[]): void {
    if (this.#stop.signal.aborted) return
    let isNew = false
    for (const entry of entries) {
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

/** Lines of which this is equal are one. */
export function identityOf({ timeNs, stream, line }: LogEntry): string {
  return `${timeNs} ${stream.key()} ${line}`
}
