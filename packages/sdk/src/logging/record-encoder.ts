import { isMainThread, threadId } from 'node:worker_threads'
import { exceptionText } from './exception.ts'
import { quote } from './json-text.ts'
import { levelName } from './level.ts'
import type { LogContext } from './log-context.ts'
import {
  type FieldRule,
  type PathNode,
  Redaction,
  type RedactionOptions,
  ruleAt,
  step,
} from './redaction.ts'
import type { CallSite } from './source-place.ts'
import { VALUE_LIMITS, cut, messageOf, valueText } from './value-text.ts'

/** What every record of a process says of it. */
export interface RecordOptions {
  readonly redact?: RedactionOptions
  /** `process.name`; `process.title` unless told. */
  readonly processName?: string
  /** `thread.name`; `main` or `worker-3` unless told. */
  readonly threadName?: string
  /** `thread.id`, for an adapter that runs beside the thread that logs. */
  readonly threadId?: number
  /** Written at the top of each record, beside the checklist's fields: `service`, `pipeline`, `version`. */
  readonly fields?: Readonly<Record<string, string>>
}

/** One thing that happened, on its way into a line. */
export interface LogEvent {
  readonly timeMs: number
  readonly message: unknown
  /** Contexts that never change: of the logger, of the running code. Later ones win. */
  readonly fixed: readonly LogContext[]
  /** Of the call; it wins over the others. */
  readonly given: readonly LogContext[]
  readonly error: unknown
  readonly source: CallSite | undefined
}

const MESSAGE_CHARS = 65_536
const KEYS_MAX = 5_000
/** The names that the record itself uses: `fields` must not take them. */
const RESERVED = new Set(
  'timestamp level logger message thread source process context exception'.split(' '),
)

/**
 * Events as lines of JSON:
 *
 *   {"timestamp","level","logger","message","thread":{id,name},"source":{file,line,function}?,
 *    "process":{id,name},…fields,"context":{…}?,"exception":{type,message,stacktrace,traceback,cause}?}
 *
 * What never changes is text already: `head` per logger and level, `tail` per process. What a caller
 * gives is only ever inside `message`, `context` and `exception`, so it cannot pose as another field.
 */
export class RecordEncoder {
  readonly redaction: Redaction
  readonly #keys = new Map<string, KnownKey>()
  readonly #fixed = new WeakMap<
    LogContext,
    { readonly text: string; readonly names: Set<string> }
  >()
  readonly #thread: string
  readonly #process: string
  #second = -1
  #secondText = ''

  constructor(options: RecordOptions = {}) {
    this.redaction = new Redaction(options.redact)
    const threadName = options.threadName ?? (isMainThread ? 'main' : `worker-${threadId}`)
    this.#thread = `,"thread":{"id":${options.threadId ?? threadId},"name":${quote(threadName)}}`
    this.#process = `${processText(process.pid, options.processName ?? process.title)}${fieldsText(options.fields)}`
  }

  /** The constant text between a record's time and its message. */
  head(level: number, logger: string): string {
    return `","level":"${levelName(level)}","logger":${quote(cut(logger, 1_000))},"message":`
  }

  /** One line, line feed included. */
  line(head: string, event: LogEvent): string {
    const { fixed, given, source } = event
    let text = `{"timestamp":"${this.#time(event.timeMs)}${head}${messageText(event.message)}${this.#thread}`
    if (source !== undefined) {
      text += `,"source":{"file":${quote(source.file)},"line":${source.line},"function":${quote(source.function)}}`
    }
    text += this.#process
    if (fixed.length > 0 || given.length > 0) text += this.#contextText(fixed, given)
    if (event.error !== undefined) text += `,"exception":${exceptionText(event.error)}`
    return `${text}}\n`
  }

  /** ISO 8601 with milliseconds and Z. The second's text is kept: its making costs more than a line. */
  #time(timeMs: number): string {
    const second = Math.floor(timeMs / 1000)
    if (second !== this.#second) {
      const whole = new Date(second * 1000)
      if (Number.isNaN(whole.getTime())) return '1970-01-01T00:00:00.000Z'
      this.#second = second
      this.#secondText = whole.toISOString().slice(0, -4)
    }
    const ms = Math.floor(timeMs - second * 1000)
    return `${this.#secondText}${ms < 10 ? '00' : ms < 100 ? '0' : ''}${ms}Z`
  }

  #contextText(fixed: readonly LogContext[], given: readonly LogContext[]): string {
    try {
      const text = this.#joined(fixed, given) ?? this.#fieldsOf(merged([...fixed, ...given]))
      if (text === '') return ''
      if (text.length <= VALUE_LIMITS.valueChars) return `,"context":{${text}}`
    } catch {
      // A getter threw, or a proxy did.
    }
    // The careful writer shows which entry it was, and has limits.
    return `,"context":${valueText(merged([...fixed, ...given]), this.redaction)}`
  }

  /** Contexts one behind the other, those that never change as kept text; undefined when a name is in two. */
  #joined(fixed: readonly LogContext[], given: readonly LogContext[]): string | undefined {
    if (given.length > 1 || fixed.length > 1) return undefined
    const [base] = fixed
    const [call] = given
    if (base === undefined) return call === undefined ? '' : this.#fieldsOf(call)
    let known = this.#fixed.get(base)
    if (known === undefined) {
      known = { text: this.#fieldsOf(base), names: new Set(Object.keys(base)) }
      this.#fixed.set(base, known)
    }
    if (call === undefined) return known.text
    for (const name of Object.keys(call)) if (known.names.has(name)) return undefined
    const text = this.#fieldsOf(call)
    return text === '' || known.text === '' ? known.text + text : `${known.text},${text}`
  }

  #fieldsOf(context: LogContext): string {
    let text = ''
    for (const name of Object.keys(context)) {
      const value = context[name]
      if (value === undefined) continue
      const key = this.#keys.get(name) ?? this.#learn(name)
      text += text === '' ? key.text : `,${key.text}`
      if (key.rule !== undefined) text += this.redaction.apply(key.rule, value)
      else if (typeof value === 'string' && value.length < 4_096) text += quote(value)
      else if (typeof value === 'number' && Number.isFinite(value)) text += value
      else text += valueText(value, this.redaction, key.inside)
    }
    return text
  }

  #learn(name: string): KnownKey {
    const inside = step(this.redaction.paths, name)
    const rule = this.redaction.ofName(name) ?? ruleAt(inside)
    const key = { text: `${quote(cut(name, 1_000))}:`, rule, inside }
    if (this.#keys.size >= KEYS_MAX) this.#keys.clear()
    this.#keys.set(name, key)
    return key
  }
}

/** What a context's key comes to, worked out once. */
interface KnownKey {
  readonly text: string
  readonly rule: FieldRule | undefined
  /** Where rules with paths go on, inside the value. */
  readonly inside: readonly PathNode[]
}

function merged(contexts: readonly LogContext[]): LogContext {
  const all: Record<string, unknown> = Object.create(null)
  for (const context of contexts) {
    for (const key of Object.keys(context)) {
      try {
        all[key] = context[key]
      } catch (error) {
        all[key] = `[throws: ${cut(messageOf(error), 200)}]`
      }
    }
  }
  return all
}

function messageText(message: unknown): string {
  return quote(
    typeof message === 'string'
      ? cut(message, MESSAGE_CHARS)
      : cut(messageOf(message), MESSAGE_CHARS),
  )
}

function processText(id: number, name: string): string {
  return `,"process":{"id":${id},"name":${quote(cut(name, 200))}}`
}

function fieldsText(fields: Readonly<Record<string, string>> = {}): string {
  return Object.entries(fields)
    .filter(([name]) => !RESERVED.has(name))
    .map(([name, value]) => `,${quote(name)}:${quote(cut(value, 1_000))}`)
    .join('')
}
