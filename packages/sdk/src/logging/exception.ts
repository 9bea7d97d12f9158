import { quote } from './json-text.ts'
import { cut, messageOf } from './value-text.ts'

const STACK_CHARS = 16_384
const MESSAGE_CHARS = 8_192
const CAUSES_MAX = 8
const AGGREGATED_MAX = 5

/**
 * JSON of the record's `exception`: type, message, stack trace, the chain of causes and the errors of an
 * AggregateError. `traceback` repeats `stacktrace` under the name that Python's records have. Whatever
 * was thrown is taken: a string, null, an error whose getters throw.
 */
export function exceptionText(error: unknown): string {
  return exception(error, { left: CAUSES_MAX, seen: new Set() }, true)
}

interface Walk {
  left: number
  readonly seen: Set<unknown>
}

function exception(error: unknown, walk: Walk, isOutermost: boolean): string {
  walk.left--
  walk.seen.add(error)
  const stack = read(error, 'stack')
  let text = `{"type":${quote(cut(typeOf(error), 200))},"message":${quote(cut(messageOf(error), MESSAGE_CHARS))}`
  const code = read(error, 'code')
  if (typeof code === 'string' || typeof code === 'number') {
    text += `,"code":${typeof code === 'number' && Number.isFinite(code) ? code : quote(cut(String(code), 200))}`
  }
  if (typeof stack === 'string') {
    const trace = quote(cut(stack, STACK_CHARS))
    text += `,"stacktrace":${trace}`
    if (isOutermost) text += `,"traceback":${trace}`
  }
  const cause = read(error, 'cause')
  if (cause !== undefined && cause !== null && walk.left > 0 && !walk.seen.has(cause)) {
    text += `,"cause":${exception(cause, walk, false)}`
  }
  const aggregated = read(error, 'errors')
  if (Array.isArray(aggregated) && walk.left > 0) {
    const inner: string[] = []
    for (const one of aggregated.slice(0, AGGREGATED_MAX)) {
      if (walk.left > 0 && !walk.seen.has(one)) inner.push(exception(one, walk, false))
    }
    text += `,"errors":[${inner.join()}]`
  }
  return `${text}}`
}

/** What kind of error it is: its `name`, or that of its class when the name was left at `Error`. */
export function typeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return error === null ? 'null' : typeof error
  const name = read(error, 'name')
  if (typeof name === 'string' && name !== '' && name !== 'Error') return name
  const type = read(error, 'type') // an error that has been through JSON: pino's `err`
  if (typeof type === 'string' && !(error instanceof Error)) return type
  const maker = read(error, 'constructor')
  const made = typeof maker === 'function' ? maker.name : ''
  return made === '' ? 'Error' : made
}

function read(error: unknown, key: string): unknown {
  if (typeof error !== 'object' || error === null) return undefined
  try {
    return (error as Readonly<Record<string, unknown>>)[key]
  } catch {
    return undefined
  }
}
