/** Options of transformations come from files: each is read as what it should be, or as its default. */
import type { TransformOptions } from './transform.ts'

export function asRecord(value: unknown): TransformOptions {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as TransformOptions)
    : {}
}

export function asText(value: unknown, otherwise = ''): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : otherwise
}

export function asTexts(value: unknown): string[] {
  return asList(value).filter((one) => typeof one === 'string')
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A number, or a text that is one; NaN for anything else. */
export function asNumber(value: unknown): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN
}
