/** The ways in which a variable's values are written: `${name:format}`. */
import { formatDate } from '../format/date.ts'

interface Chosen {
  readonly name: string
  readonly values: readonly string[]
  readonly texts: readonly string[]
  readonly isMany: boolean
  readonly timezone: string
}

/** @param given what follows the second colon: a pattern, a separator */
type Format = (chosen: Chosen, given: string) => string

const one =
  (join: string, each: (value: string) => string): Format =>
  ({ values }) =>
    values.map(each).join(join)

const plain = (value: string): string => value

const FORMATS: Readonly<Record<string, Format>> = {
  raw: one(',', plain),
  csv: one(',', plain),
  pipe: one('|', plain),
  glob: ({ values }) => (values.length === 1 ? values[0]! : `{${values.join(',')}}`),
  text: ({ texts }) => texts.join(' + '),
  regex: ({ values }) => regexOf(values),
  lucene: ({ values }) =>
    values.length === 1
      ? luceneEscaped(values[0]!)
      : `(${values.map((value) => `"${value.replaceAll(/["\\]/g, '\\$&')}"`).join(' OR ')})`,
  distributed: ({ name, values }) =>
    values.map((value, index) => (index === 0 ? value : `${name}=${value}`)).join(','),
  json: ({ values, isMany }) => JSON.stringify(isMany || values.length !== 1 ? values : values[0]),
  queryparam: ({ name, values }) => paramsOf(`var-${name}`, values),
  customqueryparam: ({ name, values }, given) => {
    const [key = '', prefix = ''] = given.split(':')
    return paramsOf(
      key || name,
      values.map((value) => prefix + value),
    )
  },
  percentencode: ({ values }) =>
    strictlyEncoded(values.length === 1 ? values[0]! : `{${values.join(',')}}`),
  uriencode: ({ values }) =>
    encodeURI(wellFormed(values.length === 1 ? values[0]! : `{${values.join(',')}}`)),
  singlequote: one(',', (value) => `'${value.replaceAll("'", "\\'")}'`),
  doublequote: one(',', (value) => `"${value.replaceAll('"', '\\"')}"`),
  sqlstring: one(',', (value) => `'${value.replaceAll("'", "''")}'`),
  html: one(', ', htmlEscaped),
  join: ({ values }, given) => values.join(given === '' ? ',' : given),
  date: ({ values, timezone }, given) =>
    values.map((value) => dateOf(Number(value), given, timezone)).join(','),
}

/** @returns undefined for a name that is no format */
export function formatted(format: string, chosen: Chosen): string | undefined {
  const cut = format.indexOf(':')
  const name = cut < 0 ? format : format.slice(0, cut)
  const found = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined
  return found?.(chosen, cut < 0 ? '' : format.slice(cut + 1))
}

/** Milliseconds as a format of dates has them: `iso`, `seconds`, `ms`, or a pattern. */
export function dateOf(ms: number, format: string, timezone: string): string {
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return 'Invalid date'
  if (format === '' || format === 'iso') return new Date(ms).toISOString()
  if (format === 'seconds') return String(Math.round(ms / 1000))
  return format === 'ms' ? String(ms) : formatDate(ms, format, timezone)
}

/** Matches exactly these values: `a\.b`, `(a|b)`. */
export function regexOf(values: readonly string[]): string {
  const escaped = values.map(regexEscaped)
  return escaped.length === 1 ? escaped[0]! : `(${escaped.join('|')})`
}

export function regexEscaped(value: string): string {
  return value.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

function luceneEscaped(value: string): string {
  return value === '' ? '__empty__' : value.replaceAll(/[!*+\-=<>\s&|()[\]{}^~?:\\/"]/g, '\\$&')
}

export function paramsOf(key: string, values: readonly string[]): string {
  return values.map((value) => `${strictlyEncoded(key)}=${strictlyEncoded(value)}`).join('&')
}

/** As `encodeURIComponent`, and the five signs that it leaves. */
export function strictlyEncoded(value: string): string {
  return encodeURIComponent(wellFormed(value)).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** Half a pair of surrogates would make `encodeURIComponent` throw. */
function wellFormed(value: string): string {
  return value.replaceAll(
    /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g,
    '\uFFFD',
  )
}

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function htmlEscaped(value: string): string {
  return value.replaceAll(/[&<>"']/g, (sign) => HTML[sign]!)
}
