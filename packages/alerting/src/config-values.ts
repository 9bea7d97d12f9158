import { parseDuration } from '@weir/promql'
import { z } from 'zod'

/** Small schemas over texts, for rule files and for alertmanager.yml. */

/** An absent value and an empty one are the same in Go. */
export const textValue = z.string({ error: 'want a text' })

/** `1h30m` → milliseconds. */
export const durationValue = textValue.transform((text, context) => {
  const ms = durationMs(text)
  if (ms !== undefined) return ms
  context.addIssue({
    code: 'custom',
    message: `want a duration such as 30s or 1h30m, got ${JSON.stringify(text)}`,
  })
  return z.NEVER
})

function durationMs(text: string): number | undefined {
  if (text === '' || text === '0') return 0
  try {
    return parseDuration(text)
  } catch {
    return undefined
  }
}

export const integerValue = textValue.transform((text, context) => {
  if (text === '') return 0
  if (/^[-+]?\d+$/.test(text)) return Number(text)
  context.addIssue({
    code: 'custom',
    message: `want a whole number, got ${JSON.stringify(text)}`,
  })
  return z.NEVER
})

export const numberValue = textValue.transform((text, context) => {
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)$/.test(text)) return Number(text)
  context.addIssue({ code: 'custom', message: `want a number, got ${JSON.stringify(text)}` })
  return z.NEVER
})

export const booleanValue = textValue.transform((text, context) => {
  if (/^(?:true|True|TRUE)$/.test(text)) return true
  if (/^(?:|false|False|FALSE)$/.test(text)) return false
  context.addIssue({ code: 'custom', message: `want true or false, got ${JSON.stringify(text)}` })
  return z.NEVER
})

const emptyAs =
  (value: unknown) =>
  (given: unknown): unknown =>
    given === '' || given === undefined || given === null ? value : given

/** Text to text. */
export const textMap = z.preprocess(
  emptyAs({}),
  z.record(z.string(), textValue, { error: 'want a map of names and texts' }),
)

export function listOf<S extends z.ZodType>(item: S): z.ZodPreprocess<z.ZodArray<S>> {
  return z.preprocess(emptyAs([]), z.array(item, { error: 'want a list' }))
}

/** A key that Alertmanager knows and Weir does not yet: refused by name unless it is empty. */
export function notYet(): z.ZodOptional<z.ZodUnknown> {
  return z.unknown().refine(isEmpty, { message: 'not supported yet: take it out' }).optional()
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === '') return true
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
