import { formatFloat } from './float.ts'

/** A bucket's bound or a quantile as Prometheus 3 stores it: `1` and `1.0` are one series, `1.0`. */
export function boundText(value: number): string {
  const text = formatFloat(value)
  return /[.eEN]|Inf/.test(text) ? text : `${text}.0`
}
