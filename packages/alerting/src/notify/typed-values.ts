/**
 * Texts that come out of templates and are sent as what they read as: `3` as a number, `[a, b]` as a
 * list. Alertmanager reads them as YAML 1.1, in the dialect of Go's yaml.v2: `yes` is true, `017` is
 * 15, keys that are not texts are dropped, and what does not parse stays the text it was.
 *
 * @see alertmanager:template/template.go; fixtures/alerting/yaml-values.json holds its answers
 */
import {
  type Document,
  type Node,
  type Pair,
  type Scalar,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
} from 'yaml'
import { z } from 'zod'

/** A tree of texts, as a config holds it: lists, maps, and texts at the leaves. */
export type TextTree = string | readonly TextTree[] | { readonly [key: string]: TextTree }

/** A config's value of any shape; what is absent is not there. */
export const textTree = z.custom<TextTree>((value) => value !== undefined && value !== null)

/** A config's map of anything. */
export const treeMap = z.preprocess(
  (value) => (value === '' || value === undefined || value === null ? {} : value),
  z.record(z.string(), textTree, { error: 'want a map' }),
)

/** The tree with every key and leaf expanded, and every leaf as what it reads as. */
export function typedTree(tree: TextTree, expand: (text: string) => string): unknown {
  if (typeof tree === 'string') return typedValue(expand(tree))
  if (isList(tree)) return tree.map((item) => typedTree(item, expand))
  return Object.fromEntries(
    Object.entries(tree).map(([key, item]) => [expand(key), typedTree(item, expand)]),
  )
}

function isList(tree: TextTree): tree is readonly TextTree[] {
  return Array.isArray(tree)
}

/** Longer texts are read as YAML no more: parsing them would take longer than a message may. */
const YAML_CHARS_MAX = 100_000

/** What a text reads as; itself when that is a text too. An empty one is null. */
export function typedValue(text: string): unknown {
  // JSON is YAML too, and read much faster: lists of alerts are long.
  if (/^[[{]/.test(text)) {
    try {
      return JSON.parse(text) as unknown
    } catch {
      // a YAML list or map, perhaps
    }
  }
  if (text.length > YAML_CHARS_MAX) return text
  const document = parseDocument(text, {
    schema: 'failsafe',
    uniqueKeys: false,
    strict: true,
    logLevel: 'error',
  })
  if (document.errors.length > 0) return text
  try {
    const value = valueOf(document.contents, document)
    return typeof value === 'string' ? text : value
  } catch {
    return text
  }
}

const ALIASES_MAX = 100

function valueOf(node: Node | null, document: Document, aliases = { count: 0 }): unknown {
  if (node === null) return null
  if (isAlias(node)) {
    if (++aliases.count > ALIASES_MAX) throw new Error('too many aliases')
    const meant = node.resolve(document)
    if (meant === undefined) throw new Error('an alias of nothing')
    return valueOf(meant, document, aliases)
  }
  if (isScalar(node)) return scalarOf(node)
  if (isSeq(node)) return node.items.map((item) => valueOf(item as Node, document, aliases))
  if (!isMap(node)) return null
  const entries = node.items.flatMap((pair) => entriesOf(pair, document, aliases))
  return Object.fromEntries(entries)
}

function entriesOf(
  { key, value }: Pair,
  document: Document,
  aliases: { count: number },
): [string, unknown][] {
  if (!isScalar(key)) throw new Error('a map or list is no key')
  const name = scalarOf(key)
  const inner = valueOf(value as Node | null, document, aliases)
  if (name === '<<' && key.type === 'PLAIN' && typeof inner === 'object' && inner !== null) {
    return Object.entries(inner)
  }
  return typeof name === 'string' ? [[name, inner]] : []
}

function scalarOf({ value, type, tag }: Scalar): unknown {
  const text = String(value)
  const isNumber = tag === 'tag:yaml.org,2002:int' || tag === 'tag:yaml.org,2002:float'
  return isNumber || (type === 'PLAIN' && tag === undefined) ? plainValue(text) : text
}

const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...spellings('y', 'yes', 'on', 'true').map((word) => [word, true] as const),
  ...spellings('n', 'no', 'off', 'false').map((word) => [word, false] as const),
])

function spellings(...words: readonly string[]): string[] {
  return words.flatMap((word) => [
    word,
    word.charAt(0).toUpperCase() + word.slice(1),
    word.toUpperCase(),
  ])
}

const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/

/** Infinities and NaN stay texts: JSON has none, and a message must not fail for it. */
function plainValue(text: string): unknown {
  if (WORDS.has(text)) return WORDS.get(text)
  if (!/^[-+.\d]/.test(text)) return text
  const digits = text.replaceAll('_', '')
  const whole = wholeNumber(digits)
  if (whole !== undefined) return whole
  const number = Number(digits)
  return FLOAT.test(digits) && Number.isFinite(number) ? number : text
}

/** By Go's prefixes: `0x`, `0b`, `0o`, and a bare `0` for octal. */
function wholeNumber(digits: string): number | undefined {
  const [, sign, size] =
    /^([-+]?)(0[xX][\da-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9]\d*|0)$/.exec(digits) ?? []
  if (size === undefined) return undefined
  const value = Number(/^0[0-7]/.test(size) ? `0o${size.slice(1)}` : size)
  return sign === '-' && value !== 0 ? -value : value
}
