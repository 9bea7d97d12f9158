/** Values that a panel gives a text or a colour of their own. */
import type { ValueMapping } from '../dashboard.ts'
import { readPattern } from '../pattern.ts'
import { isMissing } from '../reduce/reducers.ts'
import { textOf } from '../text-of.ts'

export interface Mapped {
  readonly text?: string
  readonly color?: string
  /** Order among the states of a panel. */
  readonly index?: number
}

/** The first mapping that a value falls under. */
export function mappedValue(
  value: unknown,
  mappings: readonly ValueMapping[] | undefined,
): Mapped | undefined {
  for (const mapping of mappings ?? []) {
    const found = resultOf(value, mapping)
    if (found !== undefined) return found
  }
  return undefined
}

function resultOf(value: unknown, mapping: ValueMapping): Mapped | undefined {
  switch (mapping.type) {
    case 'value': {
      const key = isMissing(value) ? 'null' : textOf(value)
      return Object.hasOwn(mapping.options, key) ? mapping.options[key] : undefined
    }
    case 'range': {
      const { from, to, result } = mapping.options
      const number = typeof value === 'number' ? value : numberIn(value)
      const isIn = number >= (from ?? -Infinity) && number <= (to ?? Infinity)
      return isIn ? result : undefined
    }
    case 'regex': {
      const { pattern, result } = mapping.options
      if (isMissing(value)) return undefined
      const text = textOf(value)
      const found = readPattern(pattern)
      if (found === undefined || !found.test(text)) return undefined
      return result.text === undefined
        ? result
        : { ...result, text: found.replace(text, result.text) }
    }
    case 'special':
      return isSpecial(value, mapping.options.match) ? mapping.options.result : undefined
    default:
      // A kind of a later day: the value stays as it is.
      return undefined
  }
}

function numberIn(value: unknown): number {
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN
}

function isSpecial(value: unknown, match: string): boolean {
  switch (match) {
    // A column of numbers keeps what is missing as NaN, so the two cannot be told apart.
    case 'null':
    case 'nan':
    case 'null+nan':
      return isMissing(value)
    case 'true':
      return value === true
    case 'false':
      return value === false
    case 'empty':
      return value === ''
    default:
      return false
  }
}
