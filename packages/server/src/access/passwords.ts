import { createHash, createHmac, randomBytes } from 'node:crypto'
import { verify } from '@node-rs/bcrypt'
import { ComeAgainError } from './come-again.ts'

/** Passwords that wait for their turn; more are told to come again. */
const WAITING_MAX = 32
/** Right passwords that are remembered, so that each is computed once. */
const REMEMBERED_MAX = 1000

/**
 * Checks passwords against bcrypt hashes, which is slow on purpose. So that nobody makes Weir busy with it: it is
 * done off the main thread, one at a time, few may wait, and a password that was right is not computed again.
 *
 * A name that nobody has is computed like another, with a hash of the same cost, so that time does not tell who
 * there is.
 */
export class Passwords {
  /** What is remembered is keyed by a secret of this process: a picture of its memory holds no quick hash of a password. */
  readonly #key = randomBytes(32)
  readonly #right = new Set<string>()
  readonly #underWay = new Map<string, Promise<boolean>>()
  #turn: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /**
   * Whether the user has this password.
   *
   * @throws {WeirError} `ACCESS_SLOWED` when too many wait
   */
  async check(
    users: ReadonlyMap<string, string>,
    { user, password }: { readonly user: string; readonly password: string },
  ): Promise<boolean> {
    const own = users.get(user)
    const hash = own ?? nobodysHash(users)
    const key = this.#keyOf({ user, password }, hash)
    if (this.#right.has(key)) return true
    const before = this.#underWay.get(key)
    if (before !== undefined) return before
    const computing = this.#computed(password, hash).then((isSame) => {
      const isRight = isSame && own !== undefined
      if (isRight) this.#remember(key)
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
    return this.#underWay.has(this.#keyOf(said, users.get(said.user) ?? nobodysHash(users)))
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

  async #computed(password: string, hash: string): Promise<boolean> {
    if (this.#waiting >= WAITING_MAX) {
      const why = `${WAITING_MAX} wait already, come again in 1 s`
      throw new ComeAgainError('ACCESS_SLOWED', `Cannot check another password: ${why}`, 1)
    }
    this.#waiting++
    const mine = this.#turn.then(() => verify(password, hash))
    this.#turn = mine.catch(() => undefined)
    try {
      return await mine
    } finally {
      this.#waiting--
    }
  }

  #remember(key: string): void {
    this.#right.add(key)
    for (const oldest of this.#right) {
      if (this.#right.size <= REMEMBERED_MAX) break
      this.#right.delete(oldest)
    }
  }
}

/** Nobody's password, at the cost of those that there are. */
function nobodysHash(users: ReadonlyMap<string, string>): string {
  const [any = '$2b$10$'] = users.values()
  const cost = /^\$2[a-z]?\$(\d\d)/.exec(any)?.[1] ?? '10'
  return `$2b$${cost}$${'.'.repeat(21)}O${'.'.repeat(31)}`
}

/** Tells one secret from the next one, and nothing else of it. */
export function markOf(secret: string | Uint8Array): string {
  return createHash('sha256').update('mark').update(secret).digest('hex').slice(0, 16)
}
