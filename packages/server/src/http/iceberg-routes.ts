import type { WeirError } from '@weir/model'
import { IcebergReceiver } from '../iceberg/receiver.ts'
import type { TableName } from '../iceberg/otlp-of-totals.ts'
import { readReport } from '../iceberg/report.ts'
import { PushIntake } from '../push/push-intake.ts'
import { unpackBody } from '../push/unpack.ts'
import type { HttpDeps } from './deps.ts'
import { CODE_HEADER, asWeirError, statusOf } from './errors.ts'
import { type Answer, type Call, type Route, comeAgain } from './route.ts'

const PATH = '/namespaces/:namespace/tables/:table/metrics'

const KEY = 'iceberg.max_body_bytes'

/**
 * Where clients of an Iceberg REST catalog report what their commits and scans did. The rest of a
 * catalog is not here: whoever serves it hands this one path on.
 */
export function icebergRoutes(deps: HttpDeps): Route[] {
  const { max_body_bytes: bytesMax, max_tables: tablesMax } = deps.icebergLimits
  const { limits } = deps.otlp
  const intake = deps.pushIntakes.add(
    new PushIntake(
      {
        kind: 'iceberg',
        path: `/v1${PATH}`,
        part: 'iceberg',
        title: 'Iceberg',
        variant: 'report',
        section: 'otlp_receiver',
        limits: { ...limits, max_body_bytes: bytesMax },
      },
      deps,
    ),
  )
  const receiver = new IcebergReceiver({
    take: (request) => deps.otlp.take(request),
    tablesMax,
    clock: deps.clock,
  })
  const { registry } = deps.telemetry
  const tables = registry.gauge(
    'weir_iceberg_tables',
    'Iceberg tables whose counts are remembered (iceberg.max_tables).',
  )
  const forgotten = registry.counter(
    'weir_iceberg_tables_forgotten_total',
    'Iceberg tables that gave way to others and begin anew (iceberg.max_tables).',
  )
  const handle = async ({ path, body, head }: Call): Promise<Answer> => {
    let kind = 'unknown'
    try {
      const { bytes, length } = unpackBody(body, head.contentEncoding, { bytesMax, key: KEY })
      const report = readReport(new TextDecoder().decode(bytes.subarray(0, length)))
      kind = report.kind
      const before = receiver.forgotten
      const outcome = await receiver.report(nameOf(path), report)
      intake.taken(kind, outcome)
      tables.set(receiver.tables)
      forgotten.inc(undefined, receiver.forgotten - before)
      return { status: 204, headers: {}, body: '' }
    } catch (thrown) {
      const error = asWeirError(thrown)
      intake.refused(kind, error)
      if (error.code === 'BUG') throw thrown
      return refusal(error)
    }
  }
  return [`/v1${PATH}`, `/v1/:prefix${PATH}`].map((path) => ({
    methods: ['POST'],
    path,
    access: 'ingest',
    summary: 'Take a metrics report of a table, as an Iceberg REST catalog does',
    parameters: [],
    body: {
      type: 'application/json',
      bytesMax,
      key: KEY,
      admit: (head) => intake.admit(head),
      failure: refusal,
    },
    handle,
  }))
}

/** The levels of a namespace come apart by a unit separator; as one name they have dots. */
function nameOf({ prefix = '', namespace = '', table = '' }: Call['path']): TableName {
  const levels = namespace.replaceAll('\u001f', '.')
  return { catalog: prefix, table: `${levels}.${table}` }
}

/** An error as Iceberg's clients read it: `ErrorModel`. */
function refusal(error: WeirError): Answer {
  const code = statusOf(error.code)
  return {
    status: code,
    headers: {
      'content-type': 'application/json',
      [CODE_HEADER]: error.code,
      ...comeAgain(error),
    },
    body: JSON.stringify({ error: { message: error.message, type: error.code, code } }),
  }
}
