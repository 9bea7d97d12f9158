import { open, unlink } from 'node:fs/promises'
import { WeirError } from '@weir/model'
import type { LogJob } from '../log-query/job.ts'
import type { HttpDeps } from './deps.ts'
import { countOf, orderedBoundsOf, refused, timeOf } from './loki-parameters.ts'
import { ask } from './loki-routes.ts'
import { type Call, type Route, json, query } from './route.ts'

const AROUND = 20
const AROUND_MAX = 1000
const ROWS = 1000
const FACET_LINES = 5000
const FACET_FIELDS = 200
const FACET_FIELDS_MAX = 1000
const FACET_VALUES = 10
const FACET_VALUES_MAX = 1000

const SPAN = [
  query('start', 'Nanoseconds, seconds or RFC 3339; an hour before the end when left out'),
  query('end', 'The same; now when left out'),
  query('since', 'How long before the end, in place of `start`'),
]

/** What Weir tells of logs beyond Loki's API. */
export function logRoutes(deps: HttpDeps): Route[] {
  return [
    {
      methods: ['GET', 'POST'],
      path: '/api/weir/v1/logs/context',
      access: 'read',
      summary: 'Lines around a line of log, of its own stream',
      parameters: [
        query('labels', 'All labels of the stream, as a JSON object', true),
        query('time', 'When the line is, in nanoseconds', true),
        query('line', 'Its text, which tells lines of one time apart'),
        query('before', `How many lines before it, ${AROUND} when left out, ${AROUND_MAX} at most`),
        query('after', 'How many after it; the same'),
      ],
      handle: (call) => ask(deps, call, contextJob(call)),
    },
    {
      methods: ['GET'],
      path: '/api/weir/v1/logs/engine',
      access: 'read',
      summary: 'The distant engine that gets lines of log, what waits for it and what went wrong',
      parameters: [],
      handle: async () => json((await deps.logs.engine()) ?? null),
    },
    {
      methods: ['GET', 'POST'],
      path: '/api/weir/v1/logs/facets',
      access: 'read',
      summary: 'Fields of the lines that a query selects, and their most frequent values',
      parameters: [
        query('query', 'LogQL', true),
        ...SPAN,
        query(
          'lines',
          `Lines looked at, ${FACET_LINES} when left out; logs.query.sample_lines at most`,
        ),
        query('fields', `Most fields, ${FACET_FIELDS} when left out, ${FACET_FIELDS_MAX} at most`),
        query(
          'values',
          `Most values a field, ${FACET_VALUES} when left out, ${FACET_VALUES_MAX} at most`,
        ),
      ],
      handle: (call) => ask(deps, call, facetsJob(call, deps.clock.now())),
    },
    {
      methods: ['GET', 'POST'],
      path: '/api/weir/v1/logs/sql',
      access: 'read',
      summary: 'One SELECT over the table `logs`, read only',
      parameters: [
        query('query', 'SQL, as DuckDB has it', true),
        query('rows', `Most rows, ${ROWS} when left out; logs.query.max_rows at most`),
      ],
      handle: (call) => {
        const rowsMax = Math.min(countOf(call.params, 'rows', ROWS), deps.logQueries.rowsMax)
        return ask(deps, call, { kind: 'sql', text: call.params.get('query') ?? '', rowsMax })
      },
    },
    {
      methods: ['GET', 'POST'],
      path: '/api/weir/v1/logs/export',
      access: 'read',
      summary: 'The lines of the streams that a selector selects, as a Parquet file',
      parameters: [query('query', 'A selector; all streams when left out'), ...SPAN],
      handle: async (call) => {
        const range = orderedBoundsOf(call.params, deps.clock.now())
        const selector = call.params.get('query') ?? ''
        const answer = await ask(deps, call, { kind: 'export', query: selector, range })
        const path = new TextDecoder().decode(answer.body as Uint8Array)
        return { status: 200, headers: PARQUET, body: await lastCopy(path) }
      },
    },
  ]
}

const PARQUET = {
  'content-type': 'application/vnd.apache.parquet',
  'content-disposition': 'attachment; filename="logs.parquet"',
}

/** The bytes of a file that nobody else needs: its name goes at once, it goes when it is read or given up. */
async function lastCopy(path: string): Promise<AsyncIterable<Uint8Array>> {
  const file = await open(path)
  await unlink(path)
  return file.createReadStream()
}

function contextJob({ params }: Call): LogJob {
  const timeNs = timeOf(params, 'time')
  if (timeNs === undefined) throw refused('Cannot look around a line: want its time in nanoseconds')
  const around = (name: string): number =>
    params.get(name) === '0' ? 0 : Math.min(countOf(params, name, AROUND), AROUND_MAX)
  return {
    kind: 'context',
    labels: labelsOf(params.get('labels') ?? ''),
    timeNs,
    line: params.get('line') ?? undefined,
    before: around('before'),
    after: around('after'),
  }
}

function labelsOf(text: string): Readonly<Record<string, string>> {
  try {
    const labels: unknown = JSON.parse(text)
    if (typeof labels === 'object' && labels !== null && !Array.isArray(labels)) {
      const values: readonly unknown[] = Object.values(labels)
      if (values.length > 0 && values.every((value) => typeof value === 'string')) {
        return labels as Readonly<Record<string, string>>
      }
    }
  } catch {
    // told below
  }
  const why = `Cannot read labels ${JSON.stringify(text.slice(0, 200))}: want a JSON object such as {"app":"shop"}`
  throw new WeirError('HTTP_PARAMETER', why)
}

function facetsJob({ params }: Call, nowMs: number): LogJob {
  return {
    kind: 'facets',
    query: params.get('query') ?? '',
    range: orderedBoundsOf(params, nowMs),
    lines: countOf(params, 'lines', FACET_LINES),
    fieldsMax: Math.min(countOf(params, 'fields', FACET_FIELDS), FACET_FIELDS_MAX),
    valuesMax: Math.min(countOf(params, 'values', FACET_VALUES), FACET_VALUES_MAX),
  }
}
