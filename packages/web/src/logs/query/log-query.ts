import { parseWords } from './words.ts'

/**
 * A question about lines in parts that a person can hold: where to look, which words, which values.
 * What these parts cannot say (parsers, formats, `or`) is kept as it was written.
 */
export interface LogQuery {
  /** Matchers of the selector; none stands for every stream. */
  readonly matchers: readonly Condition[]
  /** As the search box has them; see {@link parseWords}. */
  readonly words: string
  /** In the order in which they are applied, after the words. */
  readonly stages: readonly Stage[]
}

export interface Condition {
  readonly name: string
  readonly operator: '=' | '!=' | '=~' | '!~'
  readonly value: string
}

export type Stage =
  | { readonly kind: 'condition'; readonly condition: Condition }
  /** As written, with the operator in front: `| json`, `|= "a" or "b"`. */
  | { readonly kind: 'other'; readonly text: string }

export const EVERYTHING: LogQuery = { matchers: [], words: '', stages: [] }

/** LogQL wants a matcher that no stream without labels meets; every stream has this one. */
const ANY_STREAM: Condition = { name: 'service_name', operator: '=~', value: '.+' }

export function isAnyStream({ name, operator, value }: Condition): boolean {
  return name === ANY_STREAM.name && operator === ANY_STREAM.operator && value === ANY_STREAM.value
}

/** The question as LogQL. */
export function writeLogql({ matchers, words, stages }: LogQuery): string {
  const texts = parseWords(words).map(({ operator, value }) => `${operator} ${quoted(value)}`)
  const rest = stages.map((stage) =>
    stage.kind === 'other' ? stage.text : `| ${conditionText(stage.condition)}`,
  )
  return [writeSelector(matchers), ...texts, ...rest].join(' ')
}

export function writeSelector(matchers: readonly Condition[]): string {
  const isEnough = matchers.some(
    ({ operator, value }) => (operator === '=' || operator === '=~') && value !== '',
  )
  const all = isEnough ? matchers : [ANY_STREAM, ...matchers]
  return `{${all.map(conditionText).join(', ')}}`
}

export function conditionText({ name, operator, value }: Condition): string {
  return `${name}${operator}${quoted(value)}`
}

/** A text as LogQL writes it; in backticks where that spares backslashes. */
function quoted(text: string): string {
  return text.includes('\\') && !/[`\u0000-\u001f]/.test(text)
    ? `\`${text}\``
    : JSON.stringify(text)
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** What a text in quotes or backticks says. */
export function unquoted(text: string): string {
  const inner = text.slice(1, -1)
  if (text.startsWith('`')) return inner
  return inner.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs,
    (whole, ...found: (string | undefined)[]) => {
      const [x, u, U, other] = found
      const code = x ?? u ?? U
      if (code !== undefined) {
        const point = Number.parseInt(code, 16)
        return point > 0x10ffff ? whole : String.fromCodePoint(point)
      }
      return ESCAPES[other!] ?? other!
    },
  )
}
