/**
 * A bucket bound or quantile as exposition pages write it, the form of Go's `%g`: `0.5`, `10`, `1e+06`,
 * `5e-05`.
 */
export function showNumber(value: number): string {
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  const size = Math.abs(value)
  if (size === 0 || (size >= 1e-4 && size < 1e6)) return String(value)
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}

/**
 * The same as series in the store have it: `10` is `10.0`, as Prometheus 3 writes the bounds of what it
 * scrapes, so that a rule or dashboard that names one finds it.
 */
export function showStoredNumber(value: number): string {
  const text = showNumber(value)
  return /^-?\d+$/.test(text) ? `${text}.0` : text
}
