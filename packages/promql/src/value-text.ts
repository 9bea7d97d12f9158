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
