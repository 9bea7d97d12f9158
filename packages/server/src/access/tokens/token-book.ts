import { timingSafeEqual } from 'node:crypto'
import { type Clock, type KeyValueStore, WeirError } from '@weir/model'
import { z } from 'zod'
import { SCOPES, type Scope } from '../scope.ts'
import type { RefusedCounts } from './refused-counts.ts'
import { freshToken, hashOf, tokenIdOf } from './token-text.ts'

/** What somebody may ask for who makes a token. */
export const tokenDraft = z.strictObject({
  name: z.string(),
  scopes: z.array(z.enum(SCOPES, { error: `want ${SCOPES.join(', ')}` })),
  /** How long it is good; for ever when left out. */
  expiresInMs: z.int().positive().optional(),
  /** How much may come with it. */
  limits: z
    .strictObject({
      requestsPerSecond: z.number().positive().max(1e9).optional(),
      bytesPerSecond: z.number().positive().max(1e15).optional(),
      /** Series, and as many streams of log lines, that are active at a time. */
      series: z.int().positive().max(1e9).optional(),
    })
    .optional(),
})

type TokenLimitsDraft = NonNullable<z.output<typeof tokenDraft>['limits']>

export type TokenDraft = z.output<typeof tokenDraft>

/** A token as lists show it: without its secret. */
export interface TokenView {
  readonly id: string
  /** How its text begins: `weir_4k1z0c9x2m_`. */
  readonly prefix: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly createdMs: number
  readonly createdBy: string
  readonly expiresMs: number | null
  /** To the minute; null when nobody has used it. */
  readonly lastUsedMs: number | null
  readonly limits?: TokenLimitsDraft
  /** Since Weir started; left out where nothing was, or where nobody was asked who counts it. */
  readonly refused?: RefusedCounts
}

/** A token as it is kept. */
interface Kept {
  readonly id: string
  readonly name: string
  /** SHA-256 of its text, in hex. */
  readonly hash: string
  readonly scopes: readonly Scope[]
  readonly createdMs: number
  readonly createdBy: string
  readonly expiresMs: number | null
  readonly limits?: TokenLimitsDraft
}

/** A token that is known by its text. */
export interface KnownToken {
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly hasExpired: boolean
  readonly limits?: TokenLimitsDraft
}

interface Entry {
  readonly kept: Kept
  readonly hash: Buffer
  lastUsedMs: number | null
}

interface BookOptions {
  readonly store: KeyValueStore
  readonly clock: Clock
  /** `auth.max_tokens` */
  tokensMax(): number
}

const TOKENS = 'access/token/'
/** Apart from the tokens, so that noting a use can never bring back one that is being revoked. */
const USES = 'access/used/'
/** A token in steady use costs one small write so often. */
const USE_EVERY_MS = 60_000
/** What an unknown id is compared with, so that it takes as long as a known one. */
const NO_HASH = Buffer.alloc(32)

/** The tokens that there are, in the key-value store; only their hashes. */
export class TokenBook {
  readonly #options: BookOptions
  readonly #byId = new Map<string, Entry>()

  constructor(options: BookOptions) {
    this.#options = options
    const uses = new Map(options.store.entries(USES))
    for (const [, value] of options.store.entries(TOKENS)) {
      const kept = value as Kept
      const lastUsedMs = (uses.get(USES + kept.id) as number | undefined) ?? null
      this.#byId.set(kept.id, { kept, hash: Buffer.from(kept.hash, 'hex'), lastUsedMs })
    }
  }

  list(): TokenView[] {
    return [...this.#byId.values()]
      .map(viewOf)
      .toSorted((a, b) => a.createdMs - b.createdMs || (a.name < b.name ? -1 : 1))
  }

  /**
   * Makes a token. Its text is given back here and nowhere else.
   *
   * @throws {WeirError} `TOKEN_INVALID`, `TOKEN_LIMIT`
   */
  async create(
    draft: TokenDraft,
    author: string,
  ): Promise<{ readonly token: string; readonly view: TokenView }> {
    this.#check(draft)
    const { store, clock } = this.#options
    const { id, text } = freshToken()
    const hash = hashOf(text)
    const createdMs = clock.now()
    const kept: Kept = {
      id,
      name: draft.name,
      hash: hash.toString('hex'),
      scopes: [...new Set(draft.scopes)],
      createdMs,
      createdBy: author,
      expiresMs: draft.expiresInMs === undefined ? null : createdMs + draft.expiresInMs,
      ...limitsOf(draft),
    }
    const entry = { kept, hash, lastUsedMs: null }
    this.#byId.set(id, entry) // before the write, so that two at once cannot both take the last place
    try {
      await store.write([{ key: TOKENS + id, value: kept }])
    } catch (error) {
      this.#byId.delete(id)
      throw error
    }
    return { token: text, view: viewOf(entry) }
  }

  /**
   * Ends a token: from now on nobody gets in with it.
   *
   * @param which its id or its name
   * @throws {WeirError} `TOKEN_UNKNOWN`
   */
  async revoke(which: string): Promise<TokenView> {
    const entry =
      this.#byId.get(which) ?? [...this.#byId.values()].find(({ kept }) => kept.name === which)
    if (entry === undefined) {
      const why = `want an id or a name that weir token list shows`
      throw new WeirError('TOKEN_UNKNOWN', `Cannot find token ${JSON.stringify(which)}: ${why}`)
    }
    const { id } = entry.kept
    this.#byId.delete(id)
    await this.#options.store.write([
      { key: TOKENS + id, value: undefined },
      { key: USES + id, value: undefined },
    ])
    return viewOf(entry)
  }

  /**
   * Whose text this is. However wrong it is, as much is compared.
   *
   * @returns undefined when it is nobody's
   */
  find(text: string): KnownToken | undefined {
    const entry = this.#byId.get(tokenIdOf(text) ?? '')
    const isSame = timingSafeEqual(hashOf(text), entry?.hash ?? NO_HASH)
    return entry !== undefined && isSame ? this.#known(entry) : undefined
  }

  /** The token of this id, for those who have shown its text before. */
  get(id: string): KnownToken | undefined {
    const entry = this.#byId.get(id)
    return entry === undefined ? undefined : this.#known(entry)
  }

  #known({ kept }: Entry): KnownToken {
    const { id, name, scopes, expiresMs } = kept
    const hasExpired = expiresMs !== null && expiresMs <= this.#options.clock.now()
    return { id, name, scopes, hasExpired, ...limitsOf(kept) }
  }

  /** Notes that a token was used. @throws {WeirError} when the store cannot be written to */
  async use(id: string): Promise<void> {
    const entry = this.#byId.get(id)
    const nowMs = this.#options.clock.now()
    if (entry === undefined) return
    if (entry.lastUsedMs !== null && nowMs - entry.lastUsedMs < USE_EVERY_MS) return
    entry.lastUsedMs = nowMs
    await this.#options.store.write([{ key: USES + id, value: nowMs }])
  }

  #check({ name, scopes }: TokenDraft): void {
    const wrong = (why: string): WeirError =>
      new WeirError('TOKEN_INVALID', `Cannot make a token ${JSON.stringify(name)}: ${why}`)
    if (!NAME.test(name)) {
      throw wrong('want a name of 1 to 64 letters, digits and . _ - @ : /')
    }
    if (scopes.length === 0) throw wrong(`want at least one scope: ${SCOPES.join(', ')}`)
    if ([...this.#byId.values()].some(({ kept }) => kept.name === name)) {
      throw wrong('there is one of this name; revoke it first, or choose another name')
    }
    const max = this.#options.tokensMax()
    if (this.#byId.size >= max) {
      const why = `there are ${max} (auth.max_tokens); revoke some first`
      throw new WeirError('TOKEN_LIMIT', `Cannot make another token: ${why}`)
    }
  }
}

const NAME = /^[A-Za-z0-9][\w.@:/-]{0,63}$/

/** Only where there are any. */
function limitsOf({ limits }: { readonly limits?: TokenLimitsDraft | undefined }): {
  readonly limits?: TokenLimitsDraft
} {
  return limits === undefined ? {} : { limits }
}

function viewOf({ kept, lastUsedMs }: Entry): TokenView {
  const { id, name, scopes, createdMs, createdBy, expiresMs } = kept
  return {
    id,
    prefix: `weir_${id}_`,
    name,
    scopes,
    createdMs,
    createdBy,
    expiresMs,
    lastUsedMs,
    ...limitsOf(kept),
  }
}
