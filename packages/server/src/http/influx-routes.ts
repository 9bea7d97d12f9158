import type { Precision } from '@weir/wire'
import { quotaOf } from '../access/tokens/token-quota.ts'
import {
  type InfluxApi,
  VERSION_HEADERS,
  answerOf,
  jsonAnswer,
  noContent,
  refusal,
  refusalOf,
} from '../influx/answers.ts'
import { Databases } from '../influx/query.ts'
import { PushIntake } from '../push/push-intake.ts'
import type { HttpDeps } from './deps.ts'
import { asWeirError } from './errors.ts'
import { type Answer, type Call, type Route, query } from './route.ts'

/**
 * What clients of InfluxDB 1, 2 and 3 need in order to write, and no more. The paths are theirs, also
 * behind `/influx`, where VictoriaMetrics has them.
 */
export function influxRoutes(deps: HttpDeps): Route[] {
  const intake = deps.pushIntakes.add(
    new PushIntake(
      {
        kind: 'influx',
        path: '/write',
        part: 'influx',
        title: 'Influx',
        variant: 'api',
        section: 'influx',
        limits: deps.influxLimits,
      },
      deps,
    ),
  )
  const strings = deps.telemetry.registry.counter(
    'weir_influx_strings_total',
    'Fields of line protocol that were read over because they are strings.',
  )
  const databases = new Databases()
  const write = async (api: InfluxApi, call: Call): Promise<Answer> => {
    const db = databaseOf(call.params)
    const precision = precisionOf(call.params)
    if (precision === undefined) return refusal(api, 400, badPrecision(api, call.params))
    try {
      const { body } = call
      const encoding = call.head.contentEncoding
      const quota = quotaOf(call.who)
      const outcome = await deps.influx({ body, encoding, precision, db, quota })
      intake.taken(api, outcome)
      strings.inc(undefined, outcome.strings)
      databases.add(db)
      return answerOf(api, outcome)
    } catch (thrown) {
      const error = asWeirError(thrown)
      intake.refused(api, error)
      if (error.code === 'BUG') throw thrown
      return refusalOf(api, error)
    }
  }
  const writing = (path: string, api: InfluxApi): Route => ({
    methods: ['POST'],
    path,
    access: 'ingest',
    summary: `Take samples in InfluxDB line protocol, as InfluxDB ${api.slice(1)} does`,
    parameters: PARAMETERS,
    body: {
      type: 'text/plain',
      bytesMax: deps.influxLimits.max_body_bytes,
      key: 'influx.max_body_bytes',
      admit: (head) => intake.admit(head),
      failure: (error) => refusalOf(api, error),
    },
    handle: (call) => write(api, call),
  })
  return ['', '/influx'].flatMap((prefix) => [
    writing(`${prefix}/write`, 'v1'),
    writing(`${prefix}/api/v2/write`, 'v2'),
    writing(`${prefix}/api/v3/write_lp`, 'v3'),
    {
      methods: ['GET', 'POST'],
      path: `${prefix}/query`,
      access: { GET: 'ingest', POST: 'ingest' },
      summary: 'The statements of InfluxQL that clients ask before they write',
      parameters: [query('q', '`CREATE DATABASE …`, `SHOW DATABASES`, `SHOW RETENTION POLICIES`')],
      // Clients send a form, or parameters in the URL under whatever content type they use elsewhere.
      body: {
        type: 'application/x-www-form-urlencoded',
        bytesMax: deps.limits.bodyBytesMax,
        key: 'web.max_body_bytes',
        admit: () => () => undefined,
        failure: (error) => refusalOf('v1', error),
      },
      handle: ({ params, body }) => databases.answer(params.get('q') ?? formText(body)),
    },
    {
      methods: ['GET'],
      path: `${prefix}/ping`,
      access: 'open',
      summary: 'Whether Weir is there, as InfluxDB answers',
      parameters: [query('verbose', '`true` answers with JSON')],
      early: true,
      handle: ({ params }) => {
        const isVerbose = !['', '0', 'false'].includes(params.get('verbose') ?? '')
        return isVerbose
          ? jsonAnswer({ version: VERSION_HEADERS['x-influxdb-version'] })
          : noContent()
      },
    },
    {
      methods: ['GET'],
      path: `${prefix}/health`,
      access: 'open',
      summary: 'Whether Weir takes writes, as InfluxDB answers',
      parameters: [],
      early: true,
      handle: () => health(deps.ready()),
    },
  ])
}

/** The parameter `q` of a form; null when it has none. */
function formText(body: Uint8Array): string | null {
  const form = Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1')
  const found = /(?:^|&)(q=[^&]*)/.exec(form)
  return found === null ? null : new URLSearchParams(found[1]).get('q')
}

const PARAMETERS = [
  query('db', 'Database; becomes a label'),
  query('bucket', 'The same in InfluxDB 2'),
  query(
    'precision',
    'Unit of timestamps: `ns`, `us`, `ms`, `s`, `m`, `h`; told by their size when left out',
  ),
]

/** Of `bucket=db/policy` the policy says nothing here, as in InfluxDB 1.8. */
function databaseOf(params: URLSearchParams): string {
  return params.get('db') || (params.get('bucket') ?? '').split('/', 1)[0]!
}

const PRECISIONS: Readonly<Record<string, Precision>> = {
  '': 'auto',
  auto: 'auto',
  n: 'ns',
  ns: 'ns',
  nanosecond: 'ns',
  u: 'us',
  us: 'us',
  µ: 'us',
  microsecond: 'us',
  ms: 'ms',
  millisecond: 'ms',
  s: 's',
  second: 's',
  m: 'm',
  h: 'h',
}

function precisionOf(params: URLSearchParams): Precision | undefined {
  const given = params.get('precision') ?? ''
  return Object.hasOwn(PRECISIONS, given) ? PRECISIONS[given] : undefined
}

function badPrecision(api: InfluxApi, params: URLSearchParams): string {
  const given = JSON.stringify((params.get('precision') ?? '').slice(0, 100))
  if (api === 'v1') return `invalid precision ${given} (use n, u, ms, s, m or h)`
  return `invalid precision ${given}; valid precision units are ns, us, ms, and s`
}

function health(waits: readonly string[]): Answer {
  const isReady = waits.length === 0
  const body = {
    name: 'influxdb',
    message: isReady ? 'ready for queries and writes' : `waiting for ${waits.join(', ')}`,
    status: isReady ? 'pass' : 'fail',
    checks: [],
    version: VERSION_HEADERS['x-influxdb-version'],
  }
  return jsonAnswer(body, isReady ? 200 : 503)
}
