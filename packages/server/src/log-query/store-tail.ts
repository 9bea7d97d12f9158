import { type LogEntry, type LogReader, runLogQuery, tailFilter } from '@weir/logs'
import type { Clock, LogBatch } from '@weir/model'
import type { LogQueryLimits } from './job.ts'
import type { TailRequest } from './tail-session.ts'
import type { TailHelp, TailSource } from './tail-sessions.ts'

/** New lines of Weir's own store: each batch that is kept goes through the filters of all who follow. */
export class StoreTail implements TailSource {
  readonly #reader: LogReader
  readonly #limits: LogQueryLimits
  readonly #clock: Clock
  readonly #followers = new Set<(batch: LogBatch) => void>()
  #listening: Disposable | undefined

  constructor(reader: LogReader, limits: LogQueryLimits, clock: Clock) {
    this.#reader = reader
    this.#limits = limits
    this.#clock = clock
  }

  async follow(
    request: TailRequest,
    { take }: TailHelp,
    signal: AbortSignal,
  ): Promise<readonly LogEntry[]> {
    const filter = tailFilter(request.query)
    const follower = (batch: LogBatch): void => take(filter(batch))
    this.#followers.add(follower)
    signal.addEventListener('abort', () => this.#leave(follower), { once: true })
    // Before the past is read, so that nothing is between the two.
    this.#listening ??= this.#reader.onBatch((batch) => {
      for (const hear of this.#followers) hear(batch)
    })
    const { query, startNs, limit } = request
    const { value } = await runLogQuery(this.#reader, {
      kind: 'range',
      query,
      startNs,
      endNs: BigInt(this.#clock.now() + 1) * 1_000_000n,
      stepNs: 1n,
      direction: 'backward',
      limit,
      limits: { entriesMax: this.#limits.linesMax },
      signal,
    })
    return value.kind === 'streams' ? value.entries : []
  }

  #leave(follower: (batch: LogBatch) => void): void {
    this.#followers.delete(follower)
    if (this.#followers.size > 0) return
    this.#listening?.[Symbol.dispose]()
    this.#listening = undefined
  }
}
