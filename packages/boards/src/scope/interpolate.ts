/**
 * Filling variables into text. `$name`, `${name}`, `${name:format}`, `${name.path}`, `${name["key"]}`, `[[name]]`
 * and `[[name:format]]`; names that nobody knows stay as they were typed.
 */
import { builtIn } from './built-in.ts'
import { formatted, regexEscaped, regexOf } from './formats.ts'
import type { Scope, ScopeVariable } from './scope.ts'

/**
 * What the text is, which says how values are written where no format is given. In queries, values
 * of variables with several choices are escaped for regular expressions, and whatever stands between
 * quotes is escaped for those quotes. `text` is for titles, links and all else: `{a,b}` for several.
 */
export type Purpose = 'text' | 'promql' | 'logql'

// Lengths are bounded, so that no text makes this slower than its length.
const REFERENCE =
  /\$(\w{1,200})|\[\[(\w{1,200})(?::(\w{1,40}))?\]\]|\$\{(\w{1,200})(?:\.([^:}\n]{1,300})|(\[[^\]\n]{1,300}\]))?(?::([^}\n]{1,300}))?\}/g

/** Longer results are cut off: a value of a variable may be put into a text many times. */
const RESULT_MAX = 2_000_000

/**
 * @param text with variables
 * @param format how values are written where the text does not say, instead of the purpose's way
 */
export function interpolate(
  text: string,
  scope: Scope,
  purpose: Purpose = 'text',
  format?: string,
): string {
  if (!text.includes('$') && !text.includes('[[')) return text
  const quotes = purpose === 'text' ? undefined : new Quotes(text)
  let length = 0
  const filled = text.replaceAll(
    REFERENCE,
    (whole: string, ...found: (string | number | undefined)[]) => {
      const [dollar, square, squareFormat, braced, path, bracket, bracedFormat] = found.map(
        (group) => (typeof group === 'string' ? group : undefined),
      )
      const at = found.at(-2) as number
      const value = valueOf(
        {
          name: dollar ?? square ?? braced ?? '',
          path: path ?? (bracket === undefined ? '' : bracket),
          format: squareFormat ?? bracedFormat,
          otherwise: format,
        },
        scope,
        purpose,
        quotes?.at(at),
      )
      length += value?.length ?? 0
      return value === undefined ? whole : length > RESULT_MAX ? '' : value
    },
  )
  return filled
}

/** Names of variables that a text mentions, each once; built-in ones too. */
export function mentionedIn(text: string): readonly string[] {
  const names = [...text.matchAll(REFERENCE)].map(([, a, b, , c]) => a ?? b ?? c ?? '')
  return [...new Set(names)]
}

interface Reference {
  readonly name: string
  /** `field` of `${name.field}`, `["key"]` with its brackets, or ''. */
  readonly path: string
  readonly format: string | undefined
  readonly otherwise: string | undefined
}

function valueOf(
  reference: Reference,
  scope: Scope,
  purpose: Purpose,
  quote: Quote | undefined,
): string | undefined {
  const variable = scope.variables.get(reference.name)
  if (variable === undefined) {
    return builtIn(reference.name, reference.path, reference.format, scope)
  }
  const format = reference.format ?? reference.otherwise
  const chosen = fieldOf(variable, reference.path)
  if (format === undefined && purpose !== 'text') return inQuery(chosen, quote)
  if (
    chosen.isAll &&
    chosen.allValue !== undefined &&
    format !== 'text' &&
    format !== 'queryparam'
  ) {
    return chosen.allValue
  }
  if (format === 'queryparam' && chosen.isAll) return `var-${reference.name}=$__all`
  const written =
    formatted(format ?? 'glob', {
      name: reference.name,
      values: chosen.values,
      texts: chosen.isAll ? ['All'] : chosen.texts,
      isMany: chosen.isMany,
      timezone: scope.timezone ?? 'utc',
    }) ?? formatted('glob', { ...chosen, name: reference.name, timezone: 'utc' })!
  // A backslash of the pattern would not be one between quotes.
  return format === 'regex' && purpose !== 'text' ? quoted(written, quote) : written
}

/** `${name.text}` shows what is shown; other paths look into a value that is JSON. */
function fieldOf(variable: ScopeVariable, path: string): ScopeVariable {
  if (path === '' || path === 'value') return variable
  if (path === 'text') return { ...variable, values: variable.texts, isAll: false }
  const key = path.startsWith('[') ? path.slice(1, -1).replaceAll(/^["']|["']$/g, '') : path
  const inside = variable.values.map((value) => insideOf(value, key))
  return { ...variable, values: inside, texts: inside, isAll: false }
}

function insideOf(value: string, path: string): string {
  try {
    let found: unknown = JSON.parse(value)
    for (const key of path.split('.')) {
      if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return ''
      found = (found as Record<string, unknown>)[key]
    }
    return typeof found === 'string' ? found : JSON.stringify(found)
  } catch {
    return ''
  }
}

function inQuery(chosen: ScopeVariable, quote: Quote | undefined): string {
  const { values, isAll, isMany } = chosen
  if (isAll && chosen.allValue !== undefined) return chosen.allValue
  // Grafana inserts nothing here, which matches nothing: "all of none" is meant as no condition.
  if (isAll && values.length === 0) return '.*'
  if (!isMany) return quoted(values[0] ?? '', quote)
  if (values.length === 0) return ''
  if (quote === undefined) return values.length === 1 ? values[0]! : `(${values.join('|')})`
  return quoted(values.length === 1 ? regexEscaped(values[0]!) : regexOf(values), quote)
}

type Quote = '"' | "'" | '`'

function quoted(value: string, quote: Quote | undefined): string {
  if (quote === undefined || quote === '`') return value
  return value.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`).replaceAll('\n', '\\n')
}

/** Between which quotes a place of a query stands. Asked from left to right. */
class Quotes {
  readonly #text: string
  #index = 0
  #open: Quote | undefined

  constructor(text: string) {
    this.#text = text
  }

  at(place: number): Quote | undefined {
    for (; this.#index < place; this.#index++) {
      const sign = this.#text[this.#index]
      if (this.#open === undefined) {
        if (sign === '"' || sign === "'" || sign === '`') this.#open = sign
        else if (sign === '#') this.#skipComment(place)
      } else if (sign === '\\' && this.#open !== '`') this.#index++
      else if (sign === this.#open) this.#open = undefined
    }
    return this.#open
  }

  #skipComment(place: number): void {
    const end = this.#text.indexOf('\n', this.#index)
    this.#index = end < 0 || end > place ? place - 1 : end
  }
}
