import { type Labels, type NativeHistogram, bucketRanges, isLabelName } from '@weir/model'

/**
 * A sample's value as Prometheus's JSON has it: shortest digits that read back as the same number,
 * exponents below 1e-6 and from 1e21 on, with two digits at least; `NaN`, `+Inf`, `-Inf`.
 */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (Object.is(value, -0)) return '-0'
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2')
}

/** The value without an exponent, however long: what `count_values` writes into a label. */
export function plainDecimal(value: number): string {
  const text = formatValue(value)
  const found = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (found === null) return text
  const [, sign = '', first = '', rest = '', exponent = '0'] = found
  const shift = Number(exponent)
  if (shift < 0) return `${sign}0.${'0'.repeat(-shift - 1)}${first}${rest}`
  return sign + (first + rest).padEnd(shift + 1, '0')
}

/** Go's `%g`: an exponent below 1e-4 and from 1e6 on. For annotations and errors. */
export function shortG(value: number): string {
  if (!Number.isFinite(value)) return formatValue(value)
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)))
  if (exponent >= -4 && exponent < 6) return plainDecimal(value)
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}

/** Go's `%f`: six digits behind the point. */
export function fixedPoint(value: number): string {
  if (!Number.isFinite(value)) return formatValue(value)
  return Math.abs(value) < 1e21 ? value.toFixed(6) : `${plainDecimal(value)}.000000`
}

/** Go's `%.2g`: two digits that count. */
export function twoDigits(value: number): string {
  if (!Number.isFinite(value)) return formatValue(value)
  const rounded = Number(value.toPrecision(2))
  const exponent = rounded === 0 ? 0 : Math.floor(Math.log10(Math.abs(rounded)))
  if (exponent >= -4 && exponent < 2) return plainDecimal(rounded)
  return rounded.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}

/** A number as exposition formats write it in a label: `0.5`, `1.0`, `+Inf`. */
export function labelFloat(value: number): string {
  const text = shortG(value)
  return Number.isFinite(value) && !/[.e]/.test(text) ? `${text}.0` : text
}

/** A native histogram on one line, as `count_values` and templates write it: `{count:3, sum:6, (1,2]:3}`. */
export function histogramText(histogram: NativeHistogram): string {
  const parts = bucketRanges(histogram, false).map(([rule, lower, upper, count]) => {
    const open = rule === 1 || rule === 3 ? '[' : '('
    const close = rule === 0 || rule === 3 ? ']' : ')'
    return `${open}${shortG(lower)},${shortG(upper)}${close}:${shortG(count)}`
  })
  const { count, sum } = histogram
  return `{${[`count:${shortG(count)}`, `sum:${shortG(sum)}`, ...parts].join(', ')}}`
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['\\', '\\\\'],
  ['"', '\\"'],
])

/** Text in quotes as Go's `%q` has it: what cannot be printed is escaped. */
export function quoted(text: string): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`
  let result = ''
  for (const char of text) {
    const code = char.codePointAt(0)!
    const hex = (digits: number): string => code.toString(16).padStart(digits, '0')
    if (ESCAPES.has(char)) result += ESCAPES.get(char)!
    else if (code >= 0xdc00 && code < 0xe000) result += `\\x${(code - 0xdc00).toString(16)}`
    else if (/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(char)) result += char
    else if (code < 0x80) result += `\\x${hex(2)}`
    else result += code < 0x10000 ? `\\u${hex(4)}` : `\\U${hex(8)}`
  }
  return `"${result}"`
}

/** Labels as Go prints them in errors, the metric name among them: `{__name__="up", job="x"}`. */
export function labelsText(labels: Labels): string {
  const pairs = [...labels].map(
    ([name, value]) => `${isLabelName(name) ? name : quoted(name)}=${quoted(value)}`,
  )
  return `{${pairs.join(', ')}}`
}
