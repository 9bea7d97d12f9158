import type { MessagePort } from 'node:worker_threads'
import type { LogEntry } from '@weir/logs'
import type { Clock } from '@weir/model'
import type { Telemetry } from '../telemetry/log.ts'
import { type TailCredit, type TailRequest, TailSession } from './tail-session.ts'

/** What a source of new lines tells. */
export interface TailHelp {
  /** Lines that the query selects, as they come. */
  readonly take: (entries: readonly LogEntry[]) => void
  /** Nothing more will come. */
  readonly end: (why: string) => void
}

/** Where new lines come from. */
export interface TailSource {
  /**
   * Follows new lines until the signal aborts.
   *
   * @returns the newest ones that were there already; lines may be both among them and taken
   * @throws {WeirError} what is wrong with the query
   */
  follow(request: TailRequest, help: TailHelp, signal: AbortSignal): Promise<readonly LogEntry[]>
}

export interface TailSessionsOptions {
  readonly source: TailSource
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
    const { source, clock, timeMaxMs } = this.#options
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
    clock.sleep(timeMaxMs, session.ended).then(
      () => session.end('reached tail max duration limit'),
      () => undefined, // its client went before
    )
    const help = {
      take: (entries: readonly LogEntry[]) => session.take(entries),
      end: (why: string) => session.end(why),
    }
    try {
      session.begin(await source.follow(request, help, session.ended))
    } catch (error) {
      this.#end(session)
      throw error
    }
  }

  [Symbol.dispose](): void {
    for (const session of this.#sessions) session.end('Weir is stopping')
  }

  #end(session: TailSession): void {
    session.stop()
    this.#sessions.delete(session)
    this.#open.set(this.#sessions.size)
  }
}
