import type { Labels } from '@weir/model'
import { parseDuration } from '@weir/promql'
import type { QuerySample, RuleQuery } from '../rules/source.ts'
import { BUILTINS, queryEscape } from './builtins.ts'
import { type TemplateSet, executeTemplate } from './execute.ts'
import { formatFloat } from './go-float.ts'
import { printValue } from './go-printf.ts'
import { GoTime, durationOfMs } from './go-time.ts'
import {
  type GoFunction,
  GoObject,
  StringMap,
  TemplateFailure,
  goFunction,
  variadic,
} from './go-value.ts'
import {
  humanize,
  humanize1024,
  humanizeDuration,
  humanizePercentage,
  titleWords,
  toFloat,
} from './humanize.ts'
import { type TemplateTree, parseTemplate } from './parse.ts'
import { isMatch, replaceAll } from './regex.ts'

/**
 * Templates of rules: Go's language with Prometheus's functions and variables.
 *
 * `query` asks the store, which takes time, while the interpreter runs straight through. So a query
 * whose answer is not known yet stops the run; the answer is fetched and remembered, and the template
 * runs again from the start. Runs are pure, so this shows the same text; the price is one more run
 * per query, and both are limited.
 *
 * @see prometheus:template/template.go
 */
export interface RuleTemplateContext {
  readonly labels: Labels
  readonly value: number
  readonly externalLabels: Labels
  readonly externalUrl: string
  readonly timeMs: number
  readonly query: RuleQuery
  readonly signal?: AbortSignal | undefined
}

const QUERIES_MAX = 20
const PREAMBLE =
  '{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}'

export class RuleTemplate {
  readonly #name: string
  readonly #text: string
  readonly #tree: TemplateTree | undefined

  /** @throws {TemplateSyntaxError} */
  constructor(name: string, text: string) {
    this.#name = name
    this.#text = text
    this.#tree = text.includes('{{')
      ? parseTemplate(PREAMBLE + text, { name, functions: FUNCTION_NAMES })
      : undefined
  }

  /** The text with everything filled in; what fails shows as `<error expanding template: …>`. */
  async expand(context: RuleTemplateContext): Promise<string> {
    const tree = this.#tree
    if (tree === undefined) return this.#text
    try {
      return await this.#run(tree, context)
    } catch (cause) {
      if (!(cause instanceof Error) || context.signal?.aborted === true) throw cause
      return `<error expanding template: error executing template ${this.#name}: ${cause.message}>`
    }
  }

  async #run(tree: TemplateTree, context: RuleTemplateContext): Promise<string> {
    const answers = new Map<string, readonly QuerySample[]>()
    for (;;) {
      try {
        return execute(this.#name, tree, context, answers)
      } catch (cause) {
        if (!(cause instanceof AnswerWanted)) throw cause
        if (answers.size >= QUERIES_MAX) {
          throw new TemplateFailure(`more than ${QUERIES_MAX} queries`)
        }
        answers.set(cause.expr, await context.query(cause.expr, context.timeMs, context.signal))
      }
    }
  }
}

/** Thrown through the interpreter when it needs an answer that is not there yet. */
class AnswerWanted extends Error {
  readonly expr: string

  constructor(expr: string) {
    super(`answer to ${expr} wanted`)
    this.expr = expr
  }
}

function execute(
  name: string,
  tree: TemplateTree,
  context: RuleTemplateContext,
  answers: ReadonlyMap<string, readonly QuerySample[]>,
): string {
  const functions: ReadonlyMap<string, GoFunction> = new Map<string, GoFunction>([
    ...BUILTINS,
    ...PURE,
    ['query', goFunction(['string'], ([expr]) => answered(answers, expr as string))],
    ['externalURL', goFunction([], () => context.externalUrl)],
    ['pathPrefix', goFunction([], () => pathOf(context.externalUrl))],
    ['now', goFunction([], () => context.timeMs / 1000)],
    [
      'tmpl',
      goFunction(['string', 'any'], ([called, dot]) => {
        const body = tree.definitions.get(called as string)
        if (body === undefined)
          throw new TemplateFailure(`template "${called as string}" not defined`)
        return executeTemplate(set, body, dot)
      }),
    ],
  ])
  const set: TemplateSet = { name, functions, definitions: tree.definitions }
  return executeTemplate(set, tree.main, new RuleData(context))
}

function answered(
  answers: ReadonlyMap<string, readonly QuerySample[]>,
  expr: string,
): TemplateSample[] {
  const samples = answers.get(expr)
  if (samples === undefined) throw new AnswerWanted(expr)
  return samples.map((sample) => new TemplateSample(sample))
}

class RuleData extends GoObject {
  readonly typeName = 'template.alertTemplateData'
  readonly #members: Readonly<Record<string, unknown>>

  constructor({ labels, value, externalLabels, externalUrl }: RuleTemplateContext) {
    super()
    this.#members = {
      Labels: new StringMap(labels),
      ExternalLabels: new StringMap(externalLabels),
      ExternalURL: externalUrl,
      Value: value,
    }
  }

  member(name: string): unknown {
    return this.#members[name]
  }

  override toString(): string {
    return `{${Object.values(this.#members).map(printValue).join(' ')}}`
  }
}

class TemplateSample extends GoObject {
  readonly typeName = '*template.sample'
  readonly labels: StringMap
  readonly value: number

  constructor({ labels, value }: QuerySample) {
    super()
    this.labels = new StringMap(labels)
    this.value = value
  }

  member(name: string): unknown {
    return name === 'Labels' ? this.labels : name === 'Value' ? this.value : undefined
  }

  override toString(): string {
    return `{${this.labels.toString()} ${formatFloat(this.value, 'g', -1)}}`
  }
}

function sampleOf(value: unknown): TemplateSample {
  if (value instanceof TemplateSample) return value
  throw new TemplateFailure('wrong type for value; expected a sample of query')
}

function samplesOf(value: unknown): TemplateSample[] {
  return (value as unknown[]).map(sampleOf)
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname.replace(/\/$/, '') : ''
}

function numeric(write: (value: number) => string): GoFunction {
  return goFunction(['any'], ([value]) => write(toFloat(value)))
}

function link(tab: 0 | 1): GoFunction {
  return goFunction(
    ['string'],
    ([expr]) => `/graph?g0.expr=${queryEscape(expr as string)}&g0.tab=${tab}`,
  )
}

function timeOf(value: unknown): GoTime {
  const seconds = toFloat(value)
  if (!(Math.abs(seconds) < 9.223372036854776e9)) {
    throw new TemplateFailure(`${seconds} cannot be represented as a nanoseconds timestamp`)
  }
  return new GoTime(seconds * 1000)
}

const text = (call: (text: string) => string): GoFunction =>
  goFunction(['string'], ([value]) => call(value as string))

const PURE: ReadonlyMap<string, GoFunction> = new Map<string, GoFunction>([
  [
    'first',
    goFunction(['list'], ([list]) => {
      const [first] = samplesOf(list)
      if (first === undefined)
        throw new TemplateFailure('first() called on vector with no elements')
      return first
    }),
  ],
  [
    'label',
    goFunction(
      ['string', 'any'],
      ([name, sample]) => sampleOf(sample).labels.entries.get(name as string) ?? '',
    ),
  ],
  ['value', goFunction(['any'], ([sample]) => sampleOf(sample).value)],
  [
    'strvalue',
    goFunction(['any'], ([sample]) => sampleOf(sample).labels.entries.get('__value__') ?? ''),
  ],
  [
    'sortByLabel',
    goFunction(['string', 'list'], ([name, list]) => {
      const key = (sample: TemplateSample): string =>
        sample.labels.entries.get(name as string) ?? ''
      return samplesOf(list).toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
    }),
  ],
  ['humanize', numeric(humanize)],
  ['humanize1024', numeric(humanize1024)],
  ['humanizeDuration', numeric(humanizeDuration)],
  ['humanizePercentage', numeric(humanizePercentage)],
  [
    'humanizeTimestamp',
    goFunction(['any'], ([value]) => {
      const seconds = toFloat(value)
      if (!Number.isFinite(seconds)) return formatFloat(seconds, 'g', 4)
      return timeOf(seconds).toString()
    }),
  ],
  ['toTime', goFunction(['any'], ([value]) => timeOf(value))],
  ['toDuration', goFunction(['any'], ([value]) => durationOfMs(toFloat(value) * 1000))],
  ['title', text(titleWords)],
  ['toUpper', text((value) => value.toUpperCase())],
  ['toLower', text((value) => value.toLowerCase())],
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
  ['graphLink', link(0)],
  ['tableLink', link(1)],
  [
    'args',
    variadic(['any'], (args) => new Map(args.map((value, i) => [`arg${i}`, value] as const))),
  ],
  ['safeHtml', text((value) => value)],
  ['urlQueryEscape', text(queryEscape)],
  ['stripPort', text(stripPort)],
  ['stripDomain', text(stripDomain)],
  [
    'parseDuration',
    goFunction(['string'], ([value]) => {
      try {
        return parseDuration(value as string) / 1000
      } catch (cause) {
        throw new TemplateFailure((cause as Error).message)
      }
    }),
  ],
])

const FUNCTION_NAMES: ReadonlySet<string> = new Set([
  ...BUILTINS.keys(),
  ...PURE.keys(),
  'query',
  'externalURL',
  'pathPrefix',
  'now',
  'tmpl',
])

/** `host:80` → `host`, `[::1]:80` → `::1`; what is no address stays. */
function stripPort(hostPort: string): string {
  const found = /^(?:\[([^\]]*)\]|([^:[\]]*)):[^:[\]]*$/.exec(hostPort)
  return found?.[1] ?? found?.[2] ?? hostPort
}

/** `host.example.org:80` → `host:80`; IP addresses stay. */
function stripDomain(hostPort: string): string {
  const host = stripPort(hostPort)
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host) || host.includes(':')) return hostPort
  const port = host === hostPort ? '' : hostPort.slice(hostPort.lastIndexOf(':'))
  return host.split('.')[0]! + port
}
