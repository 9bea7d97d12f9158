/**
 * A number without an exponent, as Go's `FormatFloat(x, 'f', -1, 64)`: bounds and quantiles in labels.
 * The digits are the fewest that lead back to the number.
 */
export function plainDecimal(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value < 0 ? '-Inf' : '+Inf'
  if (Object.is(value, -0)) return '-0'
  const text = String(value)
  const parts = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (parts === null) return text
  const [, sign = '', whole = '', fraction = '', exponent = ''] = parts
  const digits = whole + fraction
  const dot = whole.length + Number(exponent)
  if (dot <= 0) return `${sign}0.${'0'.repeat(-dot)}${digits}`
  return `${sign}${digits.padEnd(dot, '0')}`
}
