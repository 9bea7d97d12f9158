import { BUILTINS, queryEscape } from './builtins.ts'
import { executeTemplate } from './execute.ts'
import { goJson } from './go-json.ts'
import { GoTime, durationOfMs } from './go-time.ts'
import {
  type GoFunction,
  type GoObject,
  SafeText,
  TemplateFailure,
  goFunction,
  typeName,
  variadic,
} from './go-value.ts'
import { humanizeDuration, toFloat } from './humanize.ts'
import { type TemplateNode, parseTemplate } from './parse.ts'
import { isMatch, replaceAll } from './regex.ts'

/**
 * Templates of notifications: Go's language with Alertmanager's functions, over the definitions of
 * some files, of which the later ones win.
 *
 * @see alertmanager:template/template.go
 */
export class NotificationTemplates {
  readonly #definitions: ReadonlyMap<string, readonly TemplateNode[]>

  /** @throws {TemplateSyntaxError} */
  constructor(files: readonly { readonly name: string; readonly text: string }[]) {
    const definitions = new Map<string, readonly TemplateNode[]>()
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
    return text.includes('{{') ? this.#run(text, data, { nowMs, isHtml: false }) : text
  }

  /**
   * The same for a page of HTML: every value is escaped for the place where it lands (between tags,
   * in an attribute, a URL, a script), as Go's html/template does. What `safeHtml` and `safeUrl`
   * return passes as it is, each in its own place.
   *
   * @throws {TemplateSyntaxError} or {TemplateFailure}, also for HTML that no browser is sure about
   */
  expandHtml(text: string, data: GoObject, nowMs: number): string {
    return this.#run(text, data, { nowMs, isHtml: true })
  }

  #run(
    text: string,
    data: GoObject,
    { nowMs, isHtml }: { readonly nowMs: number; readonly isHtml: boolean },
  ): string {
    const tree = parseTemplate(text, { name: '', functions: FUNCTION_NAMES })
    const functions = new Map([...BUILTINS, ...PURE, ...timed(nowMs)])
    const definitions = new Map([...this.#definitions, ...tree.definitions])
    return executeTemplate({ name: '', functions, definitions, isHtml }, tree.main, data)
  }
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
  ['toUpper', text((value) => value.toUpperCase())],
  ['toLower', text((value) => value.toLowerCase())],
  ['title', text(titleCase)],
  ['trimSpace', text((value) => value.trim())],
  [
    'join',
    goFunction(['string', 'strings'], ([separator, list]) =>
      (list as string[]).join(separator as string),
    ),
  ],
  [
    'match',
    goFunction(['string', 'string'], ([pattern, value]) =>
      isMatch(pattern as string, value as string),
    ),
  ],
  [
    'reReplaceAll',
    goFunction(['string', 'string', 'string'], ([pattern, replacement, value]) =>
      replaceAll(pattern as string, replacement as string, value as string),
    ),
  ],
  ['stringSlice', variadic(['string'], (items) => items)],
  ['list', variadic(['any'], (items) => items)],
  ['append', variadic(['list', 'any'], ([list, ...items]) => [...(list as unknown[]), ...items])],
  ['dict', variadic(['any'], dict)],
  ['safeHtml', goFunction(['string'], ([value]) => new SafeText(value as string, 'html'))],
  ['safeUrl', goFunction(['string'], ([value]) => new SafeText(value as string, 'url'))],
  [
    'urlUnescape',
    text((value) => {
      try {
        return decodeURIComponent(value.replaceAll('+', ' '))
      } catch {
        throw new TemplateFailure(`invalid URL escape in ${JSON.stringify(value)}`)
      }
    }),
  ],
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
  ['toDate', goFunction(['string', 'string'], ([, value]) => parseTime(value as string))],
  ['mustToDate', goFunction(['string', 'string'], ([, value]) => parseTime(value as string))],
  ['humanizeDuration', goFunction(['any'], ([value]) => humanizeDuration(toFloat(value)))],
  ['toJson', goFunction(['any'], ([value]) => goJson(value))],
  ['base64encode', text((value) => Buffer.from(value).toString('base64url'))],
  ['base64decode', text((value) => Buffer.from(value, 'base64url').toString())],
])

const FUNCTION_NAMES: ReadonlySet<string> = new Set([
  ...BUILTINS.keys(),
  ...PURE.keys(),
  'now',
  'since',
])

function titleCase(value: string): string {
  return value
    .toLowerCase()
    .replace(/(^|[^\p{L}\p{Nd}_'’])(\p{L})/gu, (_, before: string, letter: string) => {
      return before + letter.toUpperCase()
    })
}

function dict(args: readonly unknown[]): Map<string, unknown> {
  if (args.length % 2 !== 0) throw new TemplateFailure('dict wants pairs of key and value')
  const map = new Map<string, unknown>()
  for (let i = 0; i < args.length; i += 2) {
    const key = args[i]
    if (typeof key !== 'string') {
      throw new TemplateFailure(`dict keys must be strings, got ${typeName(key)}`)
    }
    map.set(key, args[i + 1])
  }
  return map
}

function parseTime(value: string): GoTime {
  const ms = Date.parse(value)
  if (Number.isNaN(ms)) {
    throw new TemplateFailure(`cannot read ${JSON.stringify(value)} as a time: want RFC 3339`)
  }
  return new GoTime(ms)
}
