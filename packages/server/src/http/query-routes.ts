import { WeirError } from '@weir/model'
import type { QueryJob, QueryReply, StatsWish } from '../query/job.ts'
import type { HttpDeps } from './deps.ts'
import {
  TIME_MAX_MS,
  TIME_MIN_MS,
  countOf,
  invalid,
  limitOf,
  optionalDuration,
  optionalTime,
  requiredDuration,
  requiredTime,
} from './parameters.ts'
import { type Answer, type Call, type Parameter, type Route, query, segment } from './route.ts'

/** Values a series. */
export const POINTS_MAX = 11_000
const BOTH = ['GET', 'POST'] as const

const EXPR = query('query', 'PromQL', true)
const LIMIT = query('limit', 'Most results to send; 0 sends all')
const TUNING: readonly Parameter[] = [
  query('timeout', 'Longest evaluation: `30s`, or seconds'),
  LIMIT,
  query('lookback_delta', 'How far back an instant selector looks: `5m`, or seconds'),
  query('stats', 'Anything adds statistics; `weir` adds more of them'),
]
const SPAN: readonly Parameter[] = [
  query('start', 'Unix seconds or RFC 3339'),
  query('end', 'Unix seconds or RFC 3339'),
  LIMIT,
]
const SELECTORS = query('match[]', 'Series selector; several are united')

/** The questions of the Prometheus API that are answered by a query thread. */
export function queryRoutes(deps: HttpDeps): Route[] {
  return questions(deps).map((route) => ({ ...route, early: 'queries' }))
}

function questions(deps: HttpDeps): Route[] {
  const ask = (call: Call, job: QueryJob, timeoutMs?: number): Promise<Answer> =>
    answerWithin(deps, job, call, timeoutMs)
  return [
    {
      methods: BOTH,
      path: '/api/v1/query',
      access: 'read',
      summary: 'Evaluate an expression at one moment',
      parameters: [EXPR, query('time', 'Unix seconds or RFC 3339; now when left out'), ...TUNING],
      handle: (call) => {
        const limit = limitOf(call.params)
        const timeMs = optionalTime(call.params, 'time', deps.clock.now())
        const { timeoutMs, ...rest } = tuningOf(deps, call.params)
        return ask(call, { kind: 'instant', limit, timeMs, ...rest }, timeoutMs)
      },
    },
    {
      methods: BOTH,
      path: '/api/v1/query_range',
      access: 'read',
      summary: 'Evaluate an expression over a range of time',
      parameters: [
        EXPR,
        query('start', 'Unix seconds or RFC 3339', true),
        query('end', 'Unix seconds or RFC 3339', true),
        query('step', 'Resolution: `15s`, or seconds', true),
        ...TUNING,
      ],
      handle: (call) => {
        const limit = limitOf(call.params)
        const grid = gridOf(call.params)
        const { timeoutMs, ...rest } = tuningOf(deps, call.params)
        return ask(call, { kind: 'range', limit, ...grid, ...rest }, timeoutMs)
      },
    },
    {
      methods: BOTH,
      path: '/api/v1/query_exemplars',
      access: 'read',
      summary: 'Exemplars of the series that an expression selects',
      parameters: [EXPR, ...SPAN.slice(0, 2)],
      handle: (call) => {
        const { startMs, endMs } = spanOf(call.params)
        if (endMs < startMs) {
          throw new WeirError('HTTP_PARAMETER', 'end timestamp must not be before start timestamp')
        }
        return ask(call, {
          kind: 'exemplars',
          ...textOf(deps, call.params),
          startMs,
          endMs,
        })
      },
    },
    {
      methods: BOTH,
      path: '/api/v1/format_query',
      access: 'read',
      summary: 'An expression, neatly laid out',
      parameters: [EXPR],
      handle: (call) => ask(call, { kind: 'formatQuery', ...textOf(deps, call.params) }),
    },
    {
      methods: BOTH,
      path: '/api/v1/parse_query',
      access: 'read',
      summary: 'The syntax tree of an expression',
      parameters: [EXPR],
      handle: (call) => ask(call, { kind: 'parseQuery', as: 'tree', ...textOf(deps, call.params) }),
    },
    {
      methods: BOTH,
      path: '/api/weir/v1/explain',
      access: 'read',
      summary:
        'The steps in which an expression is evaluated, from its result down to what is read',
      parameters: [EXPR],
      handle: (call) => ask(call, { kind: 'parseQuery', as: 'plan', ...textOf(deps, call.params) }),
    },
    {
      methods: BOTH,
      path: '/api/v1/series',
      access: 'read',
      summary: 'Series that selectors match',
      parameters: [{ ...SELECTORS, required: true }, ...SPAN],
      handle: (call) => {
        const selectors = call.params.getAll('match[]')
        if (selectors.length === 0) {
          throw new WeirError('HTTP_PARAMETER', 'no match[] parameter provided')
        }
        return ask(call, { kind: 'series', selectors, ...selectionOf(call.params) })
      },
    },
    {
      methods: BOTH,
      path: '/api/v1/labels',
      access: 'read',
      summary: 'Label names',
      parameters: [SELECTORS, ...SPAN],
      handle: (call) => {
        const selectors = call.params.getAll('match[]')
        return ask(call, { kind: 'labels', selectors, ...selectionOf(call.params) })
      },
    },
    {
      methods: ['GET'],
      path: '/api/v1/label/:name/values',
      access: 'read',
      summary: 'Values of a label',
      parameters: [segment('name', 'Label name'), SELECTORS, ...SPAN],
      handle: (call) => {
        const name = labelName(call.path['name'] ?? '')
        const selectors = call.params.getAll('match[]')
        return ask(call, { kind: 'labelValues', name, selectors, ...selectionOf(call.params) })
      },
    },
    {
      methods: ['GET'],
      path: '/api/v1/metadata',
      access: 'read',
      summary: 'Type, help and unit of metrics',
      parameters: [
        query('metric', 'Only this metric'),
        query('limit', 'Most metrics to send'),
        query('limit_per_metric', 'Most entries a metric'),
      ],
      handle: (call) =>
        ask(call, {
          kind: 'metadata',
          metric: call.params.get('metric') ?? '',
          limit: countOf(call.params, 'limit'),
          limitPerMetric: countOf(call.params, 'limit_per_metric'),
        }),
    },
  ]
}

function textOf(
  { evaluation }: HttpDeps,
  params: URLSearchParams,
): Pick<Extract<QueryJob, { kind: 'parseQuery' }>, 'expr' | 'limits'> {
  return { expr: params.get('query') ?? '', limits: evaluation }
}

function tuningOf(
  deps: HttpDeps,
  params: URLSearchParams,
): Pick<Extract<QueryJob, { kind: 'instant' }>, 'expr' | 'stats'> & {
  readonly timeoutMs: number | undefined
} & Pick<Extract<QueryJob, { kind: 'instant' }>, 'limits'> {
  const timeoutMs = optionalDuration(params, 'timeout')
  const lookbackMs = lookbackOf(params)
  // Who asks for a lookback means it for all series.
  const limits =
    lookbackMs === undefined
      ? deps.evaluation
      : { ...deps.evaluation, lookbackMs, lookbackRules: [] }
  const wish = params.get('stats') ?? ''
  const stats: StatsWish = wish === '' || wish === 'all' || wish === 'weir' ? wish : 'summary' // as in Prometheus
  return { expr: params.get('query') ?? '', timeoutMs, stats, limits }
}

function lookbackOf(params: URLSearchParams): number | undefined {
  try {
    return optionalDuration(params, 'lookback_delta')
  } catch (error) {
    const why = (error as WeirError).message.replace('invalid parameter "lookback_delta": ', '')
    throw new WeirError('HTTP_PARAMETER', `error parsing lookback delta duration: ${why}`)
  }
}

function gridOf(params: URLSearchParams): {
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
} {
  const startMs = requiredTime(params, 'start')
  const endMs = requiredTime(params, 'end')
  if (endMs < startMs) throw invalid('end', 'end timestamp must not be before start time')
  const stepMs = requiredDuration(params, 'step')
  if (stepMs <= 0) {
    throw invalid(
      'step',
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    )
  }
  if ((endMs - startMs) / stepMs > POINTS_MAX) {
    throw new WeirError(
      'HTTP_PARAMETER',
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    )
  }
  return { startMs, endMs, stepMs }
}

function spanOf(params: URLSearchParams): { readonly startMs: number; readonly endMs: number } {
  return {
    startMs: optionalTime(params, 'start', TIME_MIN_MS),
    endMs: optionalTime(params, 'end', TIME_MAX_MS),
  }
}

function selectionOf(params: URLSearchParams): {
  readonly startMs: number
  readonly endMs: number
  readonly limit: number
} {
  const limit = limitOf(params)
  return { limit, ...spanOf(params) }
}

/**
 * A label name as the path spells it. Names outside the old character set may come escaped, as
 * `U__` and `_HEX_` for each odd character and `__` for an underscore, so that they survive in a path.
 */
function labelName(inPath: string): string {
  const name = inPath.startsWith('U__') ? unescaped(inPath.slice(3)) : inPath
  if (name !== '') return name
  throw new WeirError('HTTP_PARAMETER', `invalid label name: ${JSON.stringify(inPath)}`)
}

function unescaped(text: string): string {
  return text.replaceAll(/__|_([0-9a-fA-F]{1,6})_/g, (all, hex: string | undefined) => {
    if (hex === undefined) return '_'
    const code = Number.parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : all
  })
}

async function answerWithin(
  deps: HttpDeps,
  job: QueryJob,
  call: Call,
  timeoutMs?: number,
): Promise<Answer> {
  const { status, headers, body, rest } = await replyWithin(deps, job, call, timeoutMs, true)
  const kind = status === 204 ? {} : { 'content-type': 'application/json' }
  const whole = rest === undefined ? body : joined(body, rest)
  return { status, headers: { ...kind, ...headers }, body: whole }
}

async function* joined(
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield first
  yield* rest
}

/** Why a clock is stopped; without a reason of ours each abort makes one, with a stack. */
const ANSWERED = new Error('answered')

/** Waits for a query thread, no longer than the limit (or less, when the client said so). */
export async function replyWithin(
  { queries, clock, limits }: HttpDeps,
  job: QueryJob,
  { origin, signal: clientGone }: Call,
  timeoutMs = limits.queryTimeoutMs,
  isStreamed = false,
): Promise<QueryReply> {
  const answered = new AbortController()
  const expired = new AbortController()
  const limitMs = Math.min(timeoutMs, limits.queryTimeoutMs)
  if (limitMs < 0) throw new WeirError('QUERY_TIMEOUT', 'query timed out in query queue')
  clock.sleep(limitMs, answered.signal).then(
    () => expired.abort(new WeirError('QUERY_TIMEOUT', 'query timed out in expression evaluation')),
    () => undefined, // answered in time
  )
  const signal = AbortSignal.any([clientGone, expired.signal])
  try {
    const reply = await queries.json(job, origin, signal, isStreamed)
    signal.throwIfAborted()
    return reply
  } finally {
    answered.abort(ANSWERED)
  }
}
