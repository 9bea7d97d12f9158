import { z } from 'zod'

/**
 * A text in a YAML file. Numbers and truth values are taken as they are written, since nobody quotes a
 * password of digits; lists and sections are not.
 */
export const scalarText = z
  .custom<unknown>(isScalar, 'want a text')
  .transform(String)
  .meta({ type: ['string', 'number', 'boolean'] })

/** Whoever reads YAML may hand over numbers that remember how they were written. */
function isScalar(value: unknown): boolean {
  if (value === undefined || value === null || Array.isArray(value)) return false
  return typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype
}
