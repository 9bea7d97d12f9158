import { createHmac, randomBytes } from 'node:crypto'
import { quote } from './json-text.ts'

/** What happens to a field of a record's context. */
export type FieldRule = 'mask' | 'hash'

export interface RedactionOptions {
  /**
   * Fields whose values are replaced by `[redacted]`: a bare name (`value`) means a field of that name at any depth, without regard to
   * case, `_` and `-`; with a dot (`row.payload.ssn`, `headers.*`) it is a path from the context's root. Replaces the default list.
   */
  readonly mask?: readonly string[]
  /** Fields whose values are replaced by a keyed hash: equal values stay recognisable. Default `user_id`. */
  readonly hash?: readonly string[]
  /**
   * The key of the hash. Without one each process makes its own at random: nobody can try out values,
   * and hashes of two processes cannot be compared.
   */
  readonly hashKey?: string
}

/** Measured values of people, and what opens doors. */
const MASKED_BY_DEFAULT: readonly string[] = [
  'value',
  'password',
  'passwd',
  'secret',
  'client_secret',
  'token',
  'access_token',
  'refresh_token',
  'id_token',
  'api_key',
  'authorization',
  'cookie',
  'set_cookie',
  'private_key',
  'sasl_password',
]
const HASHED_BY_DEFAULT: readonly string[] = ['user_id']

/** A place on the way to fields that rules with paths name. */
export interface PathNode {
  readonly next: Map<string, PathNode>
  rule?: FieldRule
}
const NOWHERE: readonly PathNode[] = []

const HASHES_MAX = 1_000
const NAMES_MAX = 5_000
const MASKED = '"[redacted]"'

/** Which fields of a context are shown how. */
export class Redaction {
  readonly #names = new Map<string, FieldRule>()
  readonly #seen = new Map<string, FieldRule | 'keep'>()
  readonly #hashes = new Map<string, string>()
  readonly #hashKey: string | Buffer
  /** Where paths begin; empty when no rule has one. */
  readonly paths: readonly PathNode[]

  constructor(options: RedactionOptions = {}) {
    const root: PathNode = { next: new Map() }
    for (const name of options.hash ?? HASHED_BY_DEFAULT) this.#add(root, name, 'hash')
    for (const name of options.mask ?? MASKED_BY_DEFAULT) this.#add(root, name, 'mask')
    this.paths = root.next.size > 0 ? [root] : NOWHERE
    this.#hashKey = options.hashKey ?? randomBytes(32)
  }

  #add(root: PathNode, field: string, rule: FieldRule): void {
    const steps = field.replace(/\[([^\]]*)\]/g, '.$1').split('.')
    if (steps.length === 1) {
      this.#names.set(plain(field), rule)
      return
    }
    let node = root
    for (const step of steps) {
      const next: PathNode = node.next.get(step) ?? { next: new Map() }
      node.next.set(step, next)
      node = next
    }
    node.rule = rule
  }

  /** The rule for a field by its name alone. */
  ofName(name: string): FieldRule | undefined {
    if (this.#names.size === 0) return undefined
    const seen = this.#seen.get(name)
    if (seen !== undefined) return seen === 'keep' ? undefined : seen
    const rule = this.#names.get(plain(name))
    if (this.#seen.size >= NAMES_MAX) this.#seen.clear()
    this.#seen.set(name, rule ?? 'keep')
    return rule
  }

  /** JSON that stands for a value under a rule. */
  apply(rule: FieldRule, value: unknown): string {
    if (rule === 'mask' || value === null || value === undefined) return MASKED
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') {
      return MASKED // the hash of an object would tell nothing, and its text may be huge
    }
    return quote(this.#hash(String(value)))
  }

  #hash(text: string): string {
    const known = this.#hashes.get(text)
    if (known !== undefined) return known
    const hash = createHmac('sha256', this.#hashKey).update(text).digest('hex').slice(0, 16)
    if (this.#hashes.size >= HASHES_MAX) this.#hashes.clear()
    this.#hashes.set(text, `hash:${hash}`)
    return `hash:${hash}`
  }
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, '')
}

/** Where paths are after one more step. */
export function step(nodes: readonly PathNode[], key: string): readonly PathNode[] {
  if (nodes.length === 0) return NOWHERE
  const found = nodes.flatMap(({ next }) => [next.get(key), next.get('*')])
  return found.filter((node) => node !== undefined)
}

/** The rule that ends here, if any. */
export function ruleAt(nodes: readonly PathNode[]): FieldRule | undefined {
  for (const { rule } of nodes) if (rule !== undefined) return rule
  return undefined
}
