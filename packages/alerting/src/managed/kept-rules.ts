import { type KeyValueChange, type KeyValueStore, WeirError } from '@weir/model'
import type { RuleAuthor, RuleChange, RuleDraft } from './views.ts'

/** What was signed when; ms. */
interface Signed extends RuleAuthor {
  readonly atMs: number
}

/** A rule kept by page or API, under `alerting/managed/rule/<id>`. */
export interface KeptRule {
  readonly id: string
  readonly draft: RuleDraft
  readonly created: Signed
  readonly changed: Signed
  readonly off: Signed | null
}

/** A rule of a file or a pack that is switched off, under `alerting/managed/off/<id>`. */
export interface OffMark extends Signed {
  readonly id: string
  readonly file: string
  readonly group: string
  readonly name: string
}

const RULES = 'alerting/managed/rule/'
const OFF = 'alerting/managed/off/'
const LOG = 'alerting/managed/log/'

const KEPT_LIMITS = {
  rules: 10_000,
  ruleBytes: 65_536,
  changes: 1000,
} as const

/** Kept rules, off marks and what was changed: on disk, and the same in memory. */
export class KeptRules {
  readonly #store: KeyValueStore
  readonly #rulesMax: number
  readonly #rules = new Map<string, KeptRule>()
  readonly #off = new Map<string, OffMark>()
  /** Keys of the log, oldest first; they sort by time. */
  readonly #log = new Map<string, RuleChange>()

  constructor(store: KeyValueStore, rulesMax: number = KEPT_LIMITS.rules) {
    this.#store = store
    this.#rulesMax = rulesMax
    for (const [, value] of store.entries(RULES)) this.#take(value as KeptRule)
    for (const [, value] of store.entries(OFF))
      this.#off.set((value as OffMark).id, value as OffMark)
    for (const [key, value] of store.entries(LOG)) this.#log.set(key, value as RuleChange)
  }

  #take(rule: KeptRule): void {
    this.#rules.set(rule.id, rule)
  }

  all(): KeptRule[] {
    return [...this.#rules.values()]
  }

  get(id: string): KeptRule | undefined {
    return this.#rules.get(id)
  }

  offMarks(): OffMark[] {
    return [...this.#off.values()]
  }

  offMark(id: string): OffMark | undefined {
    return this.#off.get(id)
  }

  changes(): RuleChange[] {
    return [...this.#log.values()].toReversed()
  }

  /** @throws {WeirError} `RULES_LIMIT` */
  async put(rule: KeptRule, change: RuleChange): Promise<void> {
    if (!this.#rules.has(rule.id) && this.#rules.size >= this.#rulesMax) {
      const why = `there are ${this.#rulesMax} already (rules.max_kept): put some into a rule file`
      throw new WeirError('RULES_LIMIT', `Cannot keep another rule: ${why}`)
    }
    const length = Buffer.byteLength(JSON.stringify(rule.draft))
    if (length > KEPT_LIMITS.ruleBytes) {
      const why = `it has ${length} bytes, want at most ${KEPT_LIMITS.ruleBytes}`
      throw new WeirError('RULES_LIMIT', `Cannot keep the rule: ${why}`)
    }
    await this.#write([{ key: RULES + rule.id, value: rule }], change)
    this.#take(rule)
  }

  async remove(id: string, change: RuleChange): Promise<void> {
    await this.#write([{ key: RULES + id, value: undefined }], change)
    this.#rules.delete(id)
  }

  async setOff(mark: OffMark, change: RuleChange): Promise<void> {
    await this.#write([{ key: OFF + mark.id, value: mark }], change)
    this.#off.set(mark.id, mark)
  }

  async clearOff(id: string, change: RuleChange): Promise<void> {
    await this.#write([{ key: OFF + id, value: undefined }], change)
    this.#off.delete(id)
  }

  /** A change and its entry in the log together, or neither. */
  async #write(changes: readonly KeyValueChange[], change: RuleChange): Promise<void> {
    let number = 0
    const keyOf = (): string =>
      `${LOG}${String(change.atMs).padStart(15, '0')}-${String(number).padStart(6, '0')}`
    while (this.#log.has(keyOf())) number++
    const key = keyOf()
    const old = [...this.#log.keys()].slice(
      0,
      Math.max(0, this.#log.size + 1 - KEPT_LIMITS.changes),
    )
    await this.#store.write([
      ...changes,
      { key, value: change },
      ...old.map((gone) => ({ key: gone, value: undefined })),
    ])
    this.#log.set(key, change)
    for (const gone of old) this.#log.delete(gone)
  }
}
