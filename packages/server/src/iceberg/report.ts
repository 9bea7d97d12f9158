/**
 * Metric reports as Iceberg's REST catalogs receive them, as far as they become series.
 *
 * @see apache/iceberg:open-api/rest-catalog-open-api.yaml, ReportMetricsRequest
 */
import { WeirError } from '@weir/model'
import { parseSent } from '../http/json-depth.ts'

export interface IcebergReport {
  readonly kind: 'commit' | 'scan'
  /** Of a commit: append, overwrite, replace, delete; `other` for words that nobody knows. */
  readonly operation: string
  /** How long the commit, or the planning of the scan, took; undefined when it is not told. */
  readonly durationMs: number | undefined
  /** The value of a counter by Iceberg's own name for it, `added-records`; those told alone. */
  value(name: string): number | undefined
}

const OPERATIONS: ReadonlySet<string> = new Set(['append', 'overwrite', 'replace', 'delete'])

const KINDS = {
  'commit-report': { kind: 'commit', timer: 'total-duration' },
  'scan-report': { kind: 'scan', timer: 'total-planning-duration' },
} as const

/** @throws {WeirError} `ICEBERG_INVALID` */
export function readReport(text: string): IcebergReport {
  const report = objectOf(parsed(text), 'the report')
  const type = report['report-type']
  if (type !== 'commit-report' && type !== 'scan-report') {
    throw invalid(`want report-type commit-report or scan-report, got ${quoted(type)}`)
  }
  const { kind, timer } = KINDS[type]
  const metrics = objectOf(report['metrics'], 'metrics')
  const operation = report['operation']
  return {
    kind,
    operation:
      typeof operation === 'string' && OPERATIONS.has(operation.toLowerCase())
        ? operation.toLowerCase()
        : 'other',
    durationMs: durationOf(metrics, timer),
    value: (name) => valueOf(metrics, name),
  }
}

type Fields = Readonly<Record<string, unknown>>

function parsed(text: string): unknown {
  try {
    return parseSent(text)
  } catch (cause) {
    throw invalid((cause as Error).message, cause)
  }
}

function objectOf(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw invalid(`want ${what} as an object, got ${quoted(value)}`)
}

/** `{"unit": "count", "value": 3}`: left out when zero, by some writers. */
function valueOf(metrics: Fields, name: string): number | undefined {
  if (!Object.hasOwn(metrics, name)) return undefined
  return amount(objectOf(metrics[name], name)['value'], name)
}

const TO_MS: ReadonlyMap<unknown, number> = new Map([
  ['nanoseconds', 1e-6],
  ['microseconds', 1e-3],
  ['milliseconds', 1],
  ['seconds', 1000],
])

/** `{"count": 1, "time-unit": "nanoseconds", "total-duration": 1800000000}` */
function durationOf(metrics: Fields, name: string): number | undefined {
  if (!Object.hasOwn(metrics, name)) return undefined
  const timer = objectOf(metrics[name], name)
  const unit = timer['time-unit']
  const toMs = TO_MS.get(typeof unit === 'string' ? unit.toLowerCase() : unit)
  if (toMs === undefined) throw invalid(`want a time-unit in ${name}, got ${quoted(unit)}`)
  return amount(timer['total-duration'], name) * toMs
}

function amount(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
  throw invalid(`want a number that is not negative in ${name}, got ${quoted(value)}`)
}

function quoted(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 100)
}

function invalid(why: string, cause?: unknown): WeirError {
  return new WeirError('ICEBERG_INVALID', `Cannot read a metrics report: ${why}`, { cause })
}
