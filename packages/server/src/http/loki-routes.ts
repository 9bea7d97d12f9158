import { formatLogQL } from '@weir/logs'
import { WeirError } from '@weir/model'
import type { LogJob } from '../log-query/job.ts'
import { VERSION } from '../version.ts'
import type { HttpDeps } from './deps.ts'
import { asWeirError, statusOf } from './errors.ts'
import {
  type Bounds,
  boundsOf,
  countOf,
  directionOf,
  intervalOf,
  orderedBoundsOf,
  refused,
  stepOf,
  timeOf,
} from './loki-parameters.ts'
import {
  type Answer,
  type Call,
  type Parameter,
  type Route,
  json,
  query,
  repeated,
  segment,
  success,
  text,
} from './route.ts'

/** Where Loki's API differs from Prometheus's in what a kind of error is answered with. */
const STATUS: Readonly<Partial<Record<WeirError['code'], number>>> = {
  QUERY_TIMEOUT: 504,
  LOGQL_TIMEOUT: 504,
  LOGS_TAIL_LIMIT: 429,
  ADMIN_DISABLED: 403,
}

const BOTH = ['GET', 'POST'] as const

const QUERY = query('query', 'LogQL', true)
const SELECTOR = query('query', 'A selector such as `{app="x"}`; all streams when left out')
const SPAN: readonly Parameter[] = [
  query('start', 'Nanoseconds, seconds or RFC 3339; an hour before the end when left out'),
  query('end', 'The same; now when left out'),
  query('since', 'How long before the end, in place of `start`'),
]
const STEP = query('step', 'Resolution: `15s`, or seconds; a 250th of the time when left out')
const LIMIT = query('limit', 'Most lines or values, 100 when left out')
const DIRECTION = query('direction', '`backward` (newest first) or `forward`')
const LINE_LIMIT = query('line_limit', 'Lines looked at, 100 when left out')
const FIELD_LIMIT = query('limit', 'Most fields or values, 1000 when left out')
const VOLUME: readonly Parameter[] = [
  QUERY,
  ...SPAN,
  LIMIT,
  query('targetLabels', 'Labels whose values tell groups apart, with commas between'),
  query('aggregateBy', '`series`, or `labels` for how much lies under each name'),
]

/** Loki's API, as Grafana's data source and logcli use it. */
export function lokiRoutes(deps: HttpDeps): Route[] {
  const asking = (
    path: string,
    summary: string,
    parameters: readonly Parameter[],
    jobOf: (call: Call) => LogJob,
  ): Route => ({
    methods: BOTH,
    path: `/loki/api/v1/${path}`,
    access: 'read',
    summary,
    parameters,
    handle: (call) => lokiAnswer(() => ask(deps, call, jobOf(call))),
  })
  const nowMs = (): number => deps.clock.now()
  const span = ({ params }: Call): Bounds => boundsOf(params, nowMs())
  const selector = ({ params }: Call): string => params.get('query') ?? ''
  return [
    asking(
      'query_range',
      'Lines or series of a LogQL query over a range of time',
      [
        QUERY,
        ...SPAN,
        STEP,
        query('interval', 'Least time between two lines of the answer'),
        LIMIT,
        DIRECTION,
      ],
      (call) => ({ kind: 'range', ...rangeOf(call, nowMs()) }),
    ),
    asking(
      'query',
      'A metric query of LogQL at one moment',
      [QUERY, query('time', 'Now when left out'), LIMIT, DIRECTION],
      (call) => {
        countOf(call.params, 'limit')
        directionOf(call.params)
        const timeNs = timeOf(call.params, 'time') ?? BigInt(nowMs()) * 1_000_000n
        return { kind: 'instant', query: selector(call), timeNs }
      },
    ),
    ...['labels', 'label'].map((path) =>
      asking(path, 'Names of the labels of streams', [SELECTOR, ...SPAN], (call) => ({
        kind: 'labels',
        query: selector(call),
        range: span(call),
      })),
    ),
    asking(
      'label/:name/values',
      'Values of a label of streams',
      [segment('name', 'Label name'), SELECTOR, ...SPAN],
      (call) => ({
        kind: 'labelValues',
        name: call.path['name'] ?? '',
        query: selector(call),
        range: span(call),
      }),
    ),
    asking(
      'series',
      'Labels of the streams that selectors select',
      [
        { ...query('match[]', 'A selector; several are united'), required: false },
        repeated('match', 'The same'),
        ...SPAN,
      ],
      (call) => ({
        kind: 'series',
        selectors: selectorsOf(call.params),
        range: span(call),
      }),
    ),
    asking(
      'index/stats',
      'How many streams, lines and bytes a selector selects',
      [QUERY, ...SPAN],
      (call) => ({
        kind: 'stats',
        query: selector(call),
        range: orderedBoundsOf(call.params, nowMs()),
      }),
    ),
    asking('index/volume', 'Bytes of lines by labels', VOLUME, (call) => ({
      kind: 'volume',
      ...volumeOf(call, nowMs()),
      stepNs: undefined,
    })),
    asking(
      'index/volume_range',
      'Bytes of lines by labels, step by step',
      [...VOLUME, STEP],
      (call) => {
        const volume = volumeOf(call, nowMs())
        return { kind: 'volume', ...volume, stepNs: stepOf(call.params, volume.range) }
      },
    ),
    asking('patterns', 'What lines have in common', [QUERY, ...SPAN, STEP], (call) => {
      const range = orderedBoundsOf(call.params, nowMs())
      return { kind: 'patterns', query: selector(call), range, stepNs: stepOf(call.params, range) }
    }),
    asking(
      'detected_fields',
      'Fields that lines have beside the labels of their streams',
      [QUERY, ...SPAN, LINE_LIMIT, FIELD_LIMIT],
      (call) => ({
        kind: 'detectedFields',
        ...detectedOf(call, nowMs()),
      }),
    ),
    asking(
      'detected_field/:name/values',
      'Values of such a field',
      [segment('name', 'Field'), QUERY, ...SPAN, LINE_LIMIT, FIELD_LIMIT],
      (call) => ({
        kind: 'detectedValues',
        name: call.path['name'] ?? '',
        ...detectedOf(call, nowMs()),
      }),
    ),
    asking(
      'detected_labels',
      'Labels by which people choose streams',
      [SELECTOR, ...SPAN],
      (call) => ({
        kind: 'detectedLabels',
        query: selector(call),
        range: orderedBoundsOf(call.params, nowMs()),
      }),
    ),
    {
      methods: BOTH,
      path: '/loki/api/v1/format_query',
      access: 'read',
      summary: 'A LogQL query, neatly laid out',
      parameters: [QUERY],
      handle: ({ params }) => formatted(params.get('query') ?? ''),
    },
    {
      methods: ['GET'],
      path: '/loki/api/v1/status/buildinfo',
      access: 'read',
      summary: "The version of Loki whose API this is, and Weir's own as revision",
      parameters: [],
      early: true,
      handle: () => json(BUILD_INFO),
    },
    {
      methods: ['GET'],
      path: '/ready',
      access: 'open',
      summary: 'Whether Weir is ready, as Loki says it',
      parameters: [],
      early: true,
      handle: () => {
        const waits = deps.ready()
        return waits.length === 0 ? text('ready\n') : text(`waiting for ${waits.join(', ')}\n`, 503)
      },
    },
  ]
}

/** Pure and short, so it needs no thread; what is wrong is JSON here. */
function formatted(text: string): Answer {
  try {
    return success(formatLogQL(text))
  } catch (thrown) {
    if (!(thrown instanceof WeirError)) throw thrown
    return { ...json({ status: 'invalid-query', error: thrown.message }), status: 400 }
  }
}

const BUILD_INFO = {
  version: '3.7.0',
  revision: `weir-${VERSION}`,
  branch: '',
  buildUser: '',
  buildDate: '',
  goVersion: '',
}

/** Asks the log store and gives its JSON on. */
export async function ask(
  { logQueries }: HttpDeps,
  call: Pick<Call, 'signal' | 'header'>,
  job: LogJob,
): Promise<Answer> {
  // Browsers say this of requests by Weir's own page; nobody else's page gets here.
  const isPage = call.header('sec-fetch-site') === 'same-origin'
  const { body } = await logQueries.ask(job, call.signal, isPage)
  call.signal.throwIfAborted()
  return { status: 200, headers: { 'content-type': 'application/json' }, body }
}

/** What is wrong is told as Loki tells it, in plain text. */
export async function lokiAnswer(answer: () => Promise<Answer>): Promise<Answer> {
  try {
    return await answer()
  } catch (thrown) {
    const error = asWeirError(thrown)
    if (error.code === 'BUG') throw thrown // to the log
    return lokiFailure(error)
  }
}

export function lokiFailure(error: WeirError): Answer & { readonly body: string } {
  const status = STATUS[error.code] ?? statusOf(error.code)
  return { ...text(error.message, status === 422 ? 400 : status), body: error.message }
}

function rangeOf(call: Call, nowMs: number): Omit<Extract<LogJob, { kind: 'range' }>, 'kind'> {
  const { params } = call
  const range = orderedBoundsOf(params, nowMs)
  return {
    query: params.get('query') ?? '',
    range,
    limit: countOf(params, 'limit'),
    direction: directionOf(params),
    stepNs: stepOf(params, range),
    intervalNs: intervalOf(params),
    categorize: categorizes(call.header(ENCODING_FLAGS)),
  }
}

export const ENCODING_FLAGS = 'x-loki-response-encoding-flags'

/** Whether a client wants metadata and parsed labels told apart from those of the stream. */
export function categorizes(flags: string): boolean {
  return flags.split(',').includes('categorize-labels')
}

function selectorsOf(params: URLSearchParams): readonly string[] {
  const all = new Set([...params.getAll('match'), ...params.getAll('match[]')])
  return [...all].toSorted()
}

/** More groups than these are nothing that anybody looks at. */
const VOLUMES_MAX = 5000

function volumeOf(
  { params }: Call,
  nowMs: number,
): Omit<Extract<LogJob, { kind: 'volume' }>, 'kind' | 'stepNs'> {
  const by = params.get('aggregateBy') ?? ''
  if (by !== '' && by !== 'series' && by !== 'labels') throw refused('invalid aggregation option')
  const limit = params.get('limit') === '0' ? 100 : countOf(params, 'limit')
  return {
    query: params.get('query') ?? '',
    range: orderedBoundsOf(params, nowMs),
    targetLabels: (params.get('targetLabels') ?? '').split(',').filter((name) => name !== ''),
    aggregateBy: by === 'labels' ? 'labels' : 'series',
    limit: Math.min(limit, VOLUMES_MAX),
  }
}

function detectedOf(
  { params }: Call,
  nowMs: number,
): Omit<Extract<LogJob, { kind: 'detectedFields' }>, 'kind'> {
  const named = params.get('limit') ?? ''
  return {
    query: params.get('query') ?? '',
    range: orderedBoundsOf(params, nowMs),
    lineLimit: countOf(params, 'line_limit'),
    limit: countOf(params, named === '' ? 'field_limit' : 'limit', 1000),
  }
}
