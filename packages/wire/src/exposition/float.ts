import { isNanText, readDecimal } from '../statsd/decimal.ts'

/** A number as exposition pages hold it, in `bytes[from, to)`; no hexadecimal, no underscores. */
export function readFloat(bytes: Uint8Array, from: number, to: number): number {
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!
    if (byte === 0x70 || byte === 0x50 || byte === 0x5f) return Number.NaN // p, P, _
  }
  return readDecimal(bytes, from, to)
}

/** Whether a NaN that {@link readFloat} returned stands for bytes that are no number. */
export function isNoNumber(bytes: Uint8Array, from: number, to: number): boolean {
  return !isNanText(bytes, from, to)
}

/**
 * The shortest text that reads back as `value`, in the form that Go's `%g` and so every client
 * library gives it: exponents below 1e-4 and from 1e6 on, of two digits at least.
 */
export function formatFloat(value: number): string {
  if (value !== value) return 'NaN'
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  if (Object.is(value, -0)) return '-0'
  const size = Math.abs(value)
  if (size === 0 || (size >= 1e-4 && size < 1e6)) return String(value)
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}
