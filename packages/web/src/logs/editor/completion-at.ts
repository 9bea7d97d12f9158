/**
 * What may come next in a query that is being written. The text before the caret decides: a query in the
 * making is rarely one that a parser would take.
 */
export type Wanted =
  | { readonly kind: 'nothing' }
  /** Names of labels, in a selector. */
  | { readonly kind: 'labels'; readonly from: number }
  /** Values of a name. `quote`: what they must be put in, '' inside of quotes. */
  | {
      readonly kind: 'values'
      readonly from: number
      readonly name: string
      readonly quote: '"' | ''
    }
  /** Parsers, formats, and names of fields, after a `|`. */
  | { readonly kind: 'stages'; readonly from: number }
  /** Names of fields and labels: in `by (…)` and after `unwrap`. */
  | { readonly kind: 'names'; readonly from: number }
  /** Functions, or a selector. */
  | { readonly kind: 'functions'; readonly from: number }

const NAME = '[a-zA-Z_][a-zA-Z0-9_]*'
const BEGUN = '(?:[a-zA-Z_][a-zA-Z0-9_]*)?'

const QUOTED = /"(?:[^"\\]|\\.)*"|`[^`]*`/gs
const IN_QUOTES = new RegExp(`(${NAME})\\s*(?:=~|!~|!=|=)\\s*(["\`])([^"\`]*)$`)
const AFTER_OPERATOR = new RegExp(`(${NAME})\\s*(?:=~|!~|!=|=)\\s*$`)
const IN_SELECTOR = new RegExp(`\\{(?:[^{}]*,)?\\s*(${BEGUN})$`)
const AFTER_PIPE = new RegExp(`\\|\\s*(${BEGUN})$`)
const GROUPING = new RegExp(`\\b(?:by|without)\\s*\\((?:[^()]*,)?\\s*(${BEGUN})$`)
const AFTER_UNWRAP = new RegExp(`\\bunwrap\\s+(${BEGUN})$`)
const AFTER_AND = new RegExp(`\\|[^|]*\\b(?:and|or)\\s+(${BEGUN})$`)
const WORD = new RegExp(`(?:^|[\\s(,+\\-*/])(${BEGUN})$`)

export function wantedAt(before: string): Wanted {
  // Quoted texts hold braces and bars of their own; without them the text has the same length.
  const bare = before.replace(QUOTED, (text) => '"'.padEnd(text.length - 1, 'x') + '"')
  const quotes = bare.replaceAll(/"x*"/g, '').match(/["`]/)
  if (quotes !== null) {
    const inQuotes = IN_QUOTES.exec(before)
    return inQuotes === null
      ? { kind: 'nothing' }
      : {
          kind: 'values',
          name: inQuotes[1]!,
          from: before.length - inQuotes[3]!.length,
          quote: '',
        }
  }
  const from = (found: RegExpExecArray): number => before.length - found[1]!.length
  const operator = AFTER_OPERATOR.exec(bare)
  if (operator !== null) {
    return { kind: 'values', name: operator[1]!, from: before.length, quote: '"' }
  }
  const selector = IN_SELECTOR.exec(bare)
  if (selector !== null) return { kind: 'labels', from: from(selector) }
  if (/\{[^{}]*$/.test(bare)) return { kind: 'nothing' }
  const names = GROUPING.exec(bare) ?? AFTER_UNWRAP.exec(bare) ?? AFTER_AND.exec(bare)
  if (names !== null) return { kind: 'names', from: from(names) }
  const pipe = AFTER_PIPE.exec(bare)
  if (pipe !== null) return { kind: 'stages', from: from(pipe) }
  if (/[}\]|]\s*\S*$/.test(bare)) return { kind: 'nothing' }
  const word = WORD.exec(bare)
  return word === null ? { kind: 'nothing' } : { kind: 'functions', from: from(word) }
}
