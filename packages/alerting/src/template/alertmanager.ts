import {
  BUILTINS,
  type GoFunction,
  GoInteger,
  type GoObject,
  GoTime,
  LayoutFailure,
  REGEX_FUNCTIONS,
  SafeText,
  type TemplateBody,
  TemplateCache,
  TemplateFailure,
  ZERO_TIME_MS,
  durationOfMs,
  executeTemplate,
  goFunction,
  goJson,
  goStrings,
  parseGoDuration,
  parseTemplate,
  parseTime,
  printValue,
  queryEscape,
  quote,
  spend,
  titleWords,
  toLower,
  toUpper,
  typeName,
  variadic,
  withBudget,
} from '@weir/template'
import { humanizeDuration, toFloat } from './humanize.ts'
import { NotificationData } from './notification-data.ts'

/**
 * Templates of notifications: Go's language with Alertmanager's functions, over the definitions of
 * some files, of which the later ones win.
 *
 * @see alertmanager:template/template.go
 */
export class NotificationTemplates {
  readonly #definitions: ReadonlyMap<string, TemplateBody>
  readonly #parsed = new TemplateCache((text) =>
    parseTemplate(text, { name: '', functions: FUNCTION_NAMES }),
  )

  /** @throws {TemplateSyntaxError} */
  constructor(files: readonly { readonly name: string; readonly text: string }[]) {
    const definitions = new Map<string, TemplateBody>()
    for (const { name, text } of files) {
      const tree = parseTemplate(text, { name, functions: FUNCTION_NAMES })
      for (const [defined, body] of tree.definitions) definitions.set(defined, body)
    }
    this.#definitions = definitions
  }

  /**
   * The text of a config value with everything filled in.
   *
   * @throws {TemplateSyntaxError} or {TemplateFailure}
   */
  expand(text: string, data: GoObject, nowMs: number): string {
    if (!text.includes('{{')) return text
    return this.#run(text, { data, nowMs, isHtml: false, inProgress: [] })
  }

  /**
   * The same for a page of HTML: every value is escaped for the place where it lands (between tags,
   * in an attribute, a URL, a script), as Go's html/template does. What `safeHtml` and `safeUrl`
   * return passes as it is, each in its own place.
   *
   * @throws {TemplateSyntaxError} or {TemplateFailure}, also for HTML that no browser is sure about
   */
  expandHtml(text: string, data: GoObject, nowMs: number): string {
    return this.#run(text, { data, nowMs, isHtml: true, inProgress: [] })
  }

  #run(text: string, run: Expansion): string {
    const tree = this.#parsed.get(text)
    const functions = new Map([...BUILTINS, ...PURE, ...timed(run.nowMs)])
    functions.set(
      'routeLabels',
      goFunction(['string'], ([name]) => this.#routeLabel(name as string, run)),
    )
    const definitions =
      tree.definitions.size === 0
        ? this.#definitions
        : new Map([...this.#definitions, ...tree.definitions])
    return executeTemplate({ functions, definitions, isHtml: run.isHtml }, tree.main, run.data)
  }

  /**
   * While a route's labels are worked out, each is a template that may ask for others; in a circle
   * that is an error. Afterwards they are texts, whatever stands in them.
   */
  #routeLabel(name: string, run: Expansion): string {
    if (!(run.data instanceof NotificationData)) return ''
    const raw = run.data.rawRouteLabel(name)
    if (raw === undefined) return run.data.facts.routeLabels.get(name)
    if (!raw.includes('{{')) return raw
    if (run.inProgress.includes(name)) {
      const circle = [...run.inProgress, name].join(' -> ')
      throw new TemplateFailure(`route label cycle detected: ${circle}`)
    }
    try {
      return this.#run(raw, { ...run, inProgress: [...run.inProgress, name] })
    } catch (cause) {
      if (!(cause instanceof TemplateFailure)) throw cause
      throw new TemplateFailure(cause.message) // the caller says where it was asked for
    }
  }
}

interface Expansion {
  readonly data: GoObject
  readonly nowMs: number
  readonly isHtml: boolean
  /** Route labels that are being worked out. */
  readonly inProgress: readonly string[]
}

/** Refuses at load what could never be expanded. @throws {TemplateSyntaxError} */
export function checkNotificationTemplate(text: string): void {
  if (text.includes('{{')) parseTemplate(text, { name: '', functions: FUNCTION_NAMES })
}

const text = (call: (text: string) => string): GoFunction =>
  goFunction(['string'], ([value]) => call(value as string))

/** Functions that ask what time it is. */
function timed(nowMs: number): [string, GoFunction][] {
  return [
    ['now', goFunction([], () => new GoTime(nowMs))],
    ['since', goFunction(['time'], ([from]) => durationOfMs(nowMs - (from as GoTime).ms))],
  ]
}

const PURE: ReadonlyMap<string, GoFunction> = new Map<string, GoFunction>([
  ['toUpper', text(toUpper)],
  ['toLower', text(toLower)],
  ['title', text((value) => titleWords(toLower(value)))],
  ['trimSpace', text((value) => value.trim())],
  ['join', goFunction(['string', 'any'], ([separator, list]) => join(separator as string, list))],
  ...REGEX_FUNCTIONS,
  ['stringSlice', variadic(['string'], (items) => goStrings(items as string[]))],
  ['list', variadic(['any'], (items) => items)],
  [
    'append',
    variadic(['list', 'any'], ([list, ...items]) => append((list ?? []) as unknown[], items)),
  ],
  ['dict', variadic(['any'], dict)],
  ['safeHtml', goFunction(['string'], ([value]) => new SafeText(value as string, 'html'))],
  ['safeUrl', goFunction(['string'], ([value]) => new SafeText(value as string, 'url'))],
  ['urlUnescape', text(queryUnescape)],
  ['urlEscape', text(queryEscape)],
  [
    'date',
    goFunction(['string', 'time'], ([layout, time]) => (time as GoTime).format(layout as string)),
  ],
  [
    'tz',
    goFunction(['string', 'time'], ([zone, time]) => {
      try {
        return (time as GoTime).in(zone as string)
      } catch {
        throw new TemplateFailure(`unknown time zone ${zone as string}`)
      }
    }),
  ],
  [
    'toDate',
    goFunction(['string', 'string'], ([layout, value]) => {
      try {
        return readTime(layout as string, value as string)
      } catch {
        return new GoTime(ZERO_TIME_MS)
      }
    }),
  ],
  [
    'mustToDate',
    goFunction(['string', 'string'], ([layout, value]) =>
      readTime(layout as string, value as string),
    ),
  ],
  [
    'addDuration',
    goFunction(['string', 'time'], ([by, time]) => {
      const duration = parseGoDuration(by as string)
      if (duration === undefined) {
        throw new TemplateFailure(`time: invalid duration ${quote(by as string)}`)
      }
      const ms = (time as GoTime).ms + Number(duration.ns) / 1e6
      return new GoInteger('int64', BigInt(Math.floor(ms)))
    }),
  ],
  ['humanizeDuration', goFunction(['any'], ([value]) => humanizeDuration(toFloat(value)))],
  ['toJson', goFunction(['any'], ([value]) => goJson(value))],
  ['base64encode', text((value) => urlAlphabet(Buffer.from(value).toString('base64')))],
  ['base64decode', text(base64Decode)],
])

const FUNCTION_NAMES: ReadonlySet<string> = new Set([
  ...BUILTINS.keys(),
  ...PURE.keys(),
  'now',
  'since',
  'routeLabels',
])

/** Each call copies, so a list that grows by one in a loop must stop somewhere. */
const ITEMS_MAX = 10_000

function append(list: readonly unknown[], items: readonly unknown[]): unknown[] {
  if (list.length + items.length > ITEMS_MAX) {
    throw new TemplateFailure(`more than ${ITEMS_MAX} items in a list`)
  }
  return [...list, ...items]
}

function join(separator: string, list: unknown): string {
  if (list === null || list === undefined) return ''
  if (Array.isArray(list)) {
    return withBudget(() => {
      spend(separator.length * list.length)
      return list.map(printValue).join(separator)
    })
  }
  throw new TemplateFailure(`join expects a slice or array, got ${typeName(list)}`)
}

const urlAlphabet = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_')

function base64Decode(value: string): string {
  const text = value.replace(/[\r\n]/g, '')
  const decoded = Buffer.from(text, 'base64url')
  if (urlAlphabet(decoded.toString('base64')) === text) return decoded.toString()
  const odd = /[^A-Za-z0-9_-]/.exec(text)
  const at = odd === null || text.slice(odd.index).startsWith('=') ? text.length : odd.index
  throw new TemplateFailure(`illegal base64 data at input byte ${at}`)
}

/** `+` is a blank; bytes that are no UTF-8 become U+FFFD. */
function queryUnescape(value: string): string {
  const bad = /%(?![\da-fA-F]{2}).{0,2}/.exec(value)
  if (bad !== null) throw new TemplateFailure(`invalid URL escape ${quote(bad[0])}`)
  const bytes = value
    .replaceAll('+', ' ')
    .replace(/(?:%[\da-fA-F]{2})+/g, (run) =>
      Buffer.from(run.replaceAll('%', ''), 'hex').toString(),
    )
  return bytes
}

function dict(args: readonly unknown[]): Map<string, unknown> {
  if (args.length % 2 !== 0) throw new TemplateFailure('dict requires an even number of arguments')
  const map = new Map<string, unknown>()
  for (let i = 0; i < args.length; i += 2) {
    const key = args[i]
    if (typeof key !== 'string') {
      throw new TemplateFailure('dict keys must be strings')
    }
    map.set(key, args[i + 1])
  }
  return map
}

function readTime(layout: string, value: string): GoTime {
  try {
    const { ms, offsetMinutes } = parseTime(layout, value)
    return new GoTime(ms, offsetMinutes === 0 ? 'UTC' : { offsetMinutes })
  } catch (cause) {
    if (!(cause instanceof LayoutFailure)) throw cause
    throw new TemplateFailure(cause.message)
  }
}
