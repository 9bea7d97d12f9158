import type { Clock } from '@weir/model'

/** Senders that are known; beyond it those go that were quiet for longest. */
const SENDERS_MAX = 10_000

interface Account {
  /** Bytes that it may send at once; negative while it has sent too much. */
  bytes: number
  atMs: number
}

/**
 * How fast each sender may send in the long run. What a request costs is known only when it is unpacked, so
 * it is charged then, and who is in debt waits until that is paid back.
 */
export class SenderRates {
  readonly #rate: number
  readonly #burst: number
  readonly #clock: Clock
  readonly #accounts = new Map<string, Account>()

  /** @param limits bytes a second (0: no limit), and what may come at once */
  constructor(limits: { readonly rate: number; readonly burst: number }, clock: Clock) {
    this.#rate = limits.rate
    this.#burst = limits.burst
    this.#clock = clock
  }

  /** How long a sender has to wait, 0 when it may send. */
  waitMs(sender: string): number {
    if (this.#rate === 0) return 0
    const account = this.#accounts.get(sender)
    if (account === undefined) return 0
    this.#pay(account)
    return account.bytes > 0 ? 0 : Math.ceil((1000 * (1 - account.bytes)) / this.#rate)
  }

  /** A request of so many bytes was taken. */
  charge(sender: string, bytes: number): void {
    if (this.#rate === 0) return
    const known = this.#accounts.get(sender)
    const account = known ?? { bytes: this.#burst, atMs: this.#clock.monotonicMs() }
    this.#pay(account)
    account.bytes -= bytes
    this.#accounts.delete(sender) // to the end: the newest
    this.#accounts.set(sender, account)
    if (this.#accounts.size <= SENDERS_MAX) return
    const [quietest] = this.#accounts.keys()
    this.#accounts.delete(quietest!)
  }

  #pay(account: Account): void {
    const nowMs = this.#clock.monotonicMs()
    const paid = ((nowMs - account.atMs) / 1000) * this.#rate
    account.bytes = Math.min(this.#burst, account.bytes + paid)
    account.atMs = nowMs
  }
}
