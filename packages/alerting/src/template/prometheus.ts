import { isIP } from 'node:net'
import type { Labels } from '@weir/model'
import { parseDuration } from '@weir/promql'
import {
  BUILTINS,
  type GoDuration,
  type GoFunction,
  type GoList,
  GoStruct,
  GoTime,
  REGEX_FUNCTIONS,
  SafeText,
  StringMap,
  TemplateFailure,
  type TemplateSet,
  type TemplateTree,
  durationOfMs,
  executeTemplate,
  formatFloat,
  goFunction,
  goList,
  parseTemplate,
  queryEscape,
  titleWords,
  toLower,
  toUpper,
  variadic,
} from '@weir/template'
import type { QuerySample, RuleQuery } from '../rules/source.ts'
import {
  humanize,
  humanize1024,
  humanizeDuration,
  humanizePercentage,
  toFloat,
} from './humanize.ts'

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
/** `tmpl` runs a template within a template: each a run of its own, so not many. */
const TMPL_DEPTH_MAX = 5
const NO_ANSWERS: Answers = new Map()
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

  /** Whether it is the same whatever it is about. */
  get isFixed(): boolean {
    return this.#tree === undefined
  }

  /** The text with everything filled in; what fails shows as `<error expanding template: …>`. */
  async expand(context: RuleTemplateContext): Promise<string> {
    const tree = this.#tree
    if (tree === undefined) return this.#text
    try {
      return await this.#run(tree, context)
    } catch (cause) {
      if (!(cause instanceof Error) || context.signal?.aborted === true) throw cause
      return this.#failed(cause)
    }
  }

  /** The same without asking the store; undefined when it has to be asked. */
  expandNow(context: RuleTemplateContext): string | undefined {
    const tree = this.#tree
    if (tree === undefined) return this.#text
    try {
      return execute(this.#name, tree, context, NO_ANSWERS)
    } catch (cause) {
      if (cause instanceof AnswerWanted) return undefined
      if (!(cause instanceof Error)) throw cause
      return this.#failed(cause)
    }
  }

  #failed({ message }: Error): string {
    return `<error expanding template: error executing template ${this.#name}: ${message}>`
  }

  async #run(tree: TemplateTree, context: RuleTemplateContext): Promise<string> {
    const answers: Answers = new Map()
    for (;;) {
      try {
        return execute(this.#name, tree, context, answers)
      } catch (cause) {
        if (!(cause instanceof AnswerWanted)) throw cause
        if (answers.size >= QUERIES_MAX) {
          throw new TemplateFailure(`more than ${QUERIES_MAX} queries`)
        }
        answers.set(cause.expr, await ask(cause.expr, context))
      }
    }
  }
}

type Answers = Map<string, readonly QuerySample[] | TemplateFailure>

/** A query that fails is told where the template asks it. */
async function ask(
  expr: string,
  { query, timeMs, signal }: RuleTemplateContext,
): Promise<readonly QuerySample[] | TemplateFailure> {
  try {
    return await query(expr, timeMs, signal)
  } catch (cause) {
    if (!(cause instanceof Error) || signal?.aborted === true) throw cause
    return new TemplateFailure(cause.message)
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
  answers: Answers,
): string {
  const own = new Map<string, GoFunction>([
    ['query', goFunction(['string'], ([expr]) => answered(answers, expr as string))],
    ['externalURL', goFunction([], () => context.externalUrl)],
    ['pathPrefix', goFunction([], () => pathOf(context.externalUrl))],
    ['now', goFunction([], () => context.timeMs / 1000)],
    ['tmpl', goFunction(['string', 'any'], ([called, dot]) => tmpl(called as string, dot))],
  ])
  const functions = {
    get: (called: string) => own.get(called) ?? PURE.get(called) ?? BUILTINS.get(called),
  }
  const set: TemplateSet = {
    functions,
    definitions: tree.definitions,
    preambleChars: PREAMBLE.length,
  }
  let depth = 0
  const tmpl = (called: string, dot: unknown): string => {
    const body = tree.definitions.get(called)
    if (body === undefined)
      throw new TemplateFailure(`template ${JSON.stringify(called)} not defined`)
    if (++depth > TMPL_DEPTH_MAX) throw new TemplateFailure('exceeded maximum template depth')
    try {
      return executeTemplate(set, body, dot)
    } catch (cause) {
      if (!(cause instanceof TemplateFailure)) throw cause
      throw new TemplateFailure(cause.message)
    } finally {
      depth--
    }
  }
  return executeTemplate(set, tree.main, new RuleData(context))
}

function answered(answers: Answers, expr: string): GoList {
  const samples = answers.get(expr)
  if (samples === undefined) throw new AnswerWanted(expr)
  if (samples instanceof TemplateFailure) throw new TemplateFailure(samples.message)
  return queryResult(samples.map((sample) => new TemplateSample(sample)))
}

const queryResult = (samples: readonly TemplateSample[]): GoList =>
  goList('template.queryResult', samples)

class RuleData extends GoStruct {
  readonly typeName =
    'struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value interface {} }'
  readonly #fields: Readonly<Record<string, unknown>>

  constructor({ labels, value, externalLabels, externalUrl }: RuleTemplateContext) {
    super()
    this.#fields = {
      Labels: new StringMap(labels),
      ExternalLabels: new StringMap(externalLabels),
      ExternalURL: externalUrl,
      Value: value,
    }
  }

  fields(): Readonly<Record<string, unknown>> {
    return this.#fields
  }
}

class TemplateSample extends GoStruct {
  readonly typeName = '*template.sample'
  readonly labels: StringMap
  readonly value: number

  constructor({ labels, value }: QuerySample) {
    super()
    this.labels = new StringMap(labels)
    this.value = value
  }

  fields(): Readonly<Record<string, unknown>> {
    return { Labels: this.labels, Value: this.value }
  }
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

/** Within what fits 64 bits of nanoseconds. */
function mustFit(seconds: number): void {
  if (!Number.isFinite(seconds)) throw new TemplateFailure('value is NaN or Inf')
  if (Math.abs(seconds) >= 9.223372036854776e9) {
    const shown = formatFloat(seconds, 'g', -1)
    throw new TemplateFailure(
      `${shown} cannot be represented as a nanoseconds timestamp since it overflows int64`,
    )
  }
}

/** Prometheus keeps times to the millisecond. */
function timeOf(seconds: number): GoTime {
  mustFit(seconds)
  return new GoTime(Math.trunc(seconds * 1000))
}

function durationOf(seconds: number): GoDuration {
  mustFit(seconds)
  return durationOfMs(seconds * 1000)
}

const text = (call: (text: string) => string): GoFunction =>
  goFunction(['string'], ([value]) => call(value as string))

const PURE: ReadonlyMap<string, GoFunction> = new Map<string, GoFunction>([
  [
    'first',
    goFunction(['samples'], ([list]) => {
      const [first] = (list ?? []) as TemplateSample[]
      if (first === undefined) {
        throw new TemplateFailure('first() called on vector with no elements')
      }
      return first
    }),
  ],
  [
    'label',
    goFunction(
      ['string', 'sample'],
      ([name, sample]) => (sample as TemplateSample).labels.entries.get(name as string) ?? '',
    ),
  ],
  ['value', goFunction(['sample'], ([sample]) => (sample as TemplateSample).value)],
  [
    'strvalue',
    goFunction(
      ['sample'],
      ([sample]) => (sample as TemplateSample).labels.entries.get('__value__') ?? '',
    ),
  ],
  [
    'sortByLabel',
    goFunction(['string', 'samples'], ([name, list]) => {
      const key = (sample: TemplateSample): string =>
        sample.labels.entries.get(name as string) ?? ''
      const samples = (list ?? []) as TemplateSample[]
      return queryResult(
        samples.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)),
      )
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
  ['toTime', goFunction(['any'], ([value]) => timeOf(toFloat(value)))],
  ['toDuration', goFunction(['any'], ([value]) => durationOf(toFloat(value)))],
  ['title', text(titleWords)],
  ['toUpper', text(toUpper)],
  ['toLower', text(toLower)],
  ...REGEX_FUNCTIONS,
  ['graphLink', link(0)],
  ['tableLink', link(1)],
  [
    'args',
    variadic(['any'], (args) => new Map(args.map((value, i) => [`arg${i}`, value] as const))),
  ],
  ['safeHtml', goFunction(['string'], ([value]) => new SafeText(value as string, 'html'))],
  ['urlQueryEscape', text(queryEscape)],
  ['stripPort', text(stripPort)],
  ['stripDomain', text(stripDomain)],
  [
    'parseDuration',
    goFunction(['string'], ([value]) => {
      try {
        return parseDuration(value as string) / 1000
      } catch (cause) {
        throw new TemplateFailure(
          (cause as Error).message.replace(/^Cannot read duration .*?": /, ''),
        )
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

/** Go's net.SplitHostPort; undefined for what is no address with a port. */
function splitHostPort(text: string): { readonly host: string; readonly port: string } | undefined {
  const found = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(text)
  return found === null ? undefined : { host: found[1] ?? found[2]!, port: found[3]! }
}

/** `host:80` → `host`, `[::1]:80` → `::1`; what is no address stays. */
function stripPort(hostPort: string): string {
  return splitHostPort(hostPort)?.host ?? hostPort
}

/** `host.example.org:80` → `host:80`; IP addresses stay. */
function stripDomain(hostPort: string): string {
  const { host, port } = splitHostPort(hostPort) ?? { host: hostPort, port: '' }
  if (isIP(host) !== 0) return hostPort
  const short = host.split('.')[0]!
  if (port === '') return short
  return `${short.includes(':') ? `[${short}]` : short}:${port}`
}
