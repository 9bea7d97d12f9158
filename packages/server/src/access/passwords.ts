import { createHash, createHmac, randomBytes } from 'node:crypto'
import { verify } from '@node-rs/bcrypt'
import { ComeAgainError } from './come-again.ts'

/** Passwords that wait for their turn, of familiar places and of others each; more are told to come again. */
const WAITING_MAX = 32
/** Right passwords that are remembered, so that each is computed once. */
const REMEMBERED_MAX = 1000

/**
 * Checks passwords against bcrypt hashes, which is slow on purpose. So that nobody makes Weir busy with it: it is
 * done off the main thread, one at a time, few may wait, and a password that was right is not computed again. Whoever
 * comes from where somebody was right before need not wait behind strangers.
 *
 * A wrong password costs as much for a name that nobody has as for one that somebody has, whatever the cost of its
 * hash, so that time does not tell who there is.
 */
export class Passwords {
  /** What is remembered is keyed by a secret of this process: a picture of its memory holds no quick hash of a password. */
  readonly #key = randomBytes(32)
  readonly #right = new Set<string>()
  readonly #underWay = new Map<string, Promise<boolean>>()
  readonly #verify: typeof verify
  readonly #familiar: (() => void)[] = []
  readonly #strangers: (() => void)[] = []
  #isBusy = false

  /** @param verifies computes one, off the main thread */
  constructor(verifies: typeof verify = verify) {
    this.#verify = verifies
  }

  /**
   * Whether the user has this password.
   *
   * @param isFamiliar whether something right came from there before
   * @throws {WeirError} `ACCESS_SLOWED` when too many wait
   */
  async check(
    users: ReadonlyMap<string, string>,
    { user, password }: { readonly user: string; readonly password: string },
    isFamiliar = false,
  ): Promise<boolean> {
    const own = users.get(user)
    const most = highestCost(users)
    const hash = own ?? nobodysHash(most)
    const key = this.#keyOf({ user, password }, hash)
    if (this.#right.has(key)) return true
    const before = this.#underWay.get(key)
    if (before !== undefined) return before
    const computing = this.#inTurn(isFamiliar, async () => {
      const isRight = (await this.#verify(password, hash)) && own !== undefined
      if (isRight) this.#remember(key)
      else await this.#rest(password, costOf(hash), most)
      return isRight
    })
    this.#underWay.set(key, computing)
    try {
      return await computing
    } finally {
      this.#underWay.delete(key)
    }
  }

  /** Whether this one is being computed for somebody else. */
  isUnderWay(
    users: ReadonlyMap<string, string>,
    said: { readonly user: string; readonly password: string },
  ): boolean {
    return this.#underWay.has(
      this.#keyOf(said, users.get(said.user) ?? nobodysHash(highestCost(users))),
    )
  }

  /** Whether this one was right before, which costs nothing to say. */
  isKnown(
    users: ReadonlyMap<string, string>,
    said: { readonly user: string; readonly password: string },
  ): boolean {
    const hash = users.get(said.user)
    return hash !== undefined && this.#right.has(this.#keyOf(said, hash))
  }

  #keyOf(
    { user, password }: { readonly user: string; readonly password: string },
    hash: string,
  ): string {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([user, hash, password]))
      .digest('base64')
  }

  /** Each cost is twice the one before: with one more of each, a cheap hash takes as long as the dearest. */
  async #rest(password: string, done: number, most: number): Promise<void> {
    for (let cost = done; cost < most; cost++) await this.#verify(password, nobodysHash(cost))
  }

  async #inTurn<T>(isFamiliar: boolean, work: () => Promise<T>): Promise<T> {
    const queue = isFamiliar ? this.#familiar : this.#strangers
    if (queue.length >= WAITING_MAX) {
      const why = `${WAITING_MAX} wait already, come again in 1 s`
      throw new ComeAgainError('ACCESS_SLOWED', `Cannot check another password: ${why}`, 1)
    }
    await new Promise<void>((resolve) => {
      queue.push(resolve)
      this.#next()
    })
    try {
      return await work()
    } finally {
      this.#isBusy = false
      this.#next()
    }
  }

  #next(): void {
    if (this.#isBusy) return
    const go = this.#familiar.shift() ?? this.#strangers.shift()
    if (go === undefined) return
    this.#isBusy = true
    go()
  }

  #remember(key: string): void {
    this.#right.add(key)
    for (const oldest of this.#right) {
      if (this.#right.size <= REMEMBERED_MAX) break
      this.#right.delete(oldest)
    }
  }
}

/** Nobody's password. */
function nobodysHash(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(21)}O${'.'.repeat(31)}`
}

const DEFAULT_COST = 10

function highestCost(users: ReadonlyMap<string, string>): number {
  return users.size === 0 ? DEFAULT_COST : Math.max(...[...users.values()].map(costOf))
}

function costOf(hash: string): number {
  return Number(/^\$2[a-z]?\$(\d\d)/.exec(hash)?.[1] ?? DEFAULT_COST)
}

/** Tells one secret from the next one, and nothing else of it. */
export function markOf(secret: string | Uint8Array): string {
  return createHash('sha256').update('mark').update(secret).digest('hex').slice(0, 16)
}
