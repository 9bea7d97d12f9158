import { randomUUID } from 'node:crypto'
import { BroadcastChannel } from 'node:worker_threads'
import type { HeldOverride } from '../loggers/protocol.ts'
import type { GatesReport, LogGates } from './log-gates.ts'

/**
 * How the levels of Weir's own parts come to all of its threads: the main thread says which overrides hold,
 * each thread says which parts it has and what was let through. A thread that starts later asks first.
 */
export type GateMessage =
  | {
      readonly kind: 'levels'
      /** `log.level`; undefined as long as it is what threads were started with. */
      readonly configured: string | undefined
      readonly overrides: readonly HeldOverride[]
    }
  | { readonly kind: 'hello' }
  | { readonly kind: 'report'; readonly sender: string; readonly report: GatesReport }

const CHANNEL = 'weir-log-levels'

/** Changes within this time are told together. */
const GATHER_MS = 200

/** One end of the way; it keeps no thread alive. */
export class GateChannel implements Disposable {
  readonly #channel = new BroadcastChannel(CHANNEL)
  #isClosed = false

  constructor(take: (message: GateMessage) => void) {
    this.#channel.onmessage = (event: unknown) => take((event as { data: GateMessage }).data)
    this.#channel.unref()
  }

  /** Tells the others; nobody once the way is closed, as a change that was gathered until then may find it. */
  post(message: GateMessage): void {
    if (!this.#isClosed) this.#channel.postMessage(message)
  }

  [Symbol.dispose](): void {
    this.#isClosed = true
    this.#channel.close()
  }
}

/** Puts the gates of a thread under the main thread's word, until it ends or the way is closed. */
export function followMainThread(gates: LogGates): Disposable {
  const sender = randomUUID()
  const channel = new GateChannel((message) => {
    if (message.kind !== 'levels') return
    if (message.configured !== undefined) gates.configure(message.configured)
    gates.apply(message.overrides)
  })
  onGatheredChange(gates, () => {
    channel.post({ kind: 'report', sender, report: gates.report() })
  })
  channel.post({ kind: 'hello' })
  return channel
}

/** Calls back a little after a change, once for all changes until then. */
export function onGatheredChange(gates: LogGates, tell: () => void): void {
  let isDue = false
  gates.onChange = () => {
    if (isDue) return
    isDue = true
    setTimeout(() => {
      isDue = false
      tell()
    }, GATHER_MS).unref()
  }
}
