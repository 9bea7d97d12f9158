import { WeirError } from '@weir/model'
import { exposition } from '@weir/wire'
import { describe, expect, test } from 'vitest'
import { gzipSync } from 'node:zlib'
import { otlpReceiver } from '../otlp/config.ts'
import { icebergConfig } from '../iceberg/config.ts'
import type { OtlpOutcome } from '../otlp/receiver.ts'
import { createHttp } from './app.ts'
import type { HttpDeps } from './deps.ts'
import { standIn } from './testing/stand-in.ts'

const STORED: OtlpOutcome = {
  samples: 5,
  histograms: 0,
  exemplars: 0,
  rejected: {},
  example: '',
  rejectedPoints: 0,
  deltaStreams: 0,
}

const counter = (value: number): object => ({ unit: 'count', value })

function commit(more: object = {}, metrics: object = {}): object {
  return {
    'report-type': 'commit-report',
    'table-name': 'c.db.raw',
    'snapshot-id': 1,
    'sequence-number': 1,
    operation: 'append',
    metrics: {
      'total-duration': { count: 1, 'time-unit': 'nanoseconds', 'total-duration': 1_500_000_000 },
      attempts: counter(1),
      'added-records': counter(100),
      'added-data-files': counter(2),
      'added-files-size-bytes': { unit: 'bytes', value: 4096 },
      'total-records': counter(1000),
      ...metrics,
    },
    ...more,
  }
}

const scan = {
  'report-type': 'scan-report',
  'table-name': 'c.db.raw',
  'snapshot-id': 1,
  metrics: {
    'total-planning-duration': { count: 1, 'time-unit': 'nanoseconds', 'total-duration': 2e6 },
  },
}

interface Sent {
  readonly name: string
  readonly labels: Record<string, string>
  readonly value: number
}

interface Data {
  readonly dataPoints: readonly {
    readonly attributes: readonly {
      readonly key: string
      readonly value: { stringValue: string }
    }[]
    readonly timeUnixNano: string
    readonly asDouble?: number
    readonly sum?: number
  }[]
}

/** An HTTP side that keeps the requests which went on to OTLP; `answers` may refuse the first ones. */
async function stand({
  iceberg = {},
  answers = [],
}: { iceberg?: object; answers?: (WeirError | undefined)[] } = {}): Promise<{
  post: (
    body: unknown,
    url?: string,
    headers?: Record<string, string>,
  ) => Promise<{ status: number; body: string }>
  sent: () => Record<string, number>
  times: () => string[]
  page: () => string
}> {
  const bodies: string[] = []
  let count = 0
  const overrides: Partial<HttpDeps> = {
    icebergLimits: icebergConfig.parse(iceberg),
    otlp: {
      limits: otlpReceiver.parse({}),
      take: async ({ body, encoding }) => {
        const refusal = answers[count++]
        if (refusal !== undefined) throw refusal
        expect(encoding).toBe('json')
        bodies.push(Buffer.from(body).toString())
        return STORED
      },
    },
  }
  const deps = standIn(overrides)
  const http = await createHttp(deps)
  const points = (): (Sent & { time: string })[] =>
    bodies.flatMap((text) => {
      const { resourceMetrics } = JSON.parse(text) as {
        resourceMetrics: {
          scopeMetrics: { metrics: ({ name: string } & Record<string, Data>)[] }[]
        }[]
      }
      return resourceMetrics[0]!.scopeMetrics[0]!.metrics.flatMap(({ name, ...data }) =>
        (Object.values(data)[0] as Data).dataPoints.map((point) => ({
          name,
          labels: Object.fromEntries(
            point.attributes.map(({ key, value }) => [key, value.stringValue]),
          ),
          value: point.asDouble ?? point.sum!,
          time: point.timeUnixNano,
        })),
      )
    })
  return {
    async post(body, url = '/v1/namespaces/db/tables/raw/metrics', headers = {}) {
      const payload =
        typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
      const reply = await http.inject({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json', ...headers },
        payload,
      })
      return { status: reply.statusCode, body: reply.body }
    },
    // The newest value of each series.
    sent: () =>
      Object.fromEntries(
        points().map(({ name, labels, value }) => [
          `${name}{${Object.entries(labels)
            .map(([key, text]) => `${key}=${text}`)
            .join(',')}}`,
          value,
        ]),
      ),
    times: () => points().map(({ time }) => time),
    page: () => new TextDecoder().decode(exposition(deps.registry.collect(), '').body),
  }
}

describe('a report', () => {
  test('is 204, and reports of a table add up', async () => {
    const { post, sent, page } = await stand()
    expect(await post(commit())).toEqual({ status: 204, body: '' })
    await post(commit({ operation: 'OVERWRITE' }, { 'total-records': counter(1100) }))
    await post(scan)
    expect(sent()).toMatchObject({
      'iceberg_commits_total{table=db.raw,operation=append}': 1,
      'iceberg_commits_total{table=db.raw,operation=overwrite}': 1,
      'iceberg_scans_total{table=db.raw}': 1,
      'iceberg_commit_attempts_total{table=db.raw}': 2,
      'iceberg_added_records_total{table=db.raw}': 200,
      'iceberg_added_files_total{table=db.raw}': 4,
      'iceberg_added_bytes_total{table=db.raw}': 8192,
      'iceberg_removed_records_total{table=db.raw}': 0,
      'iceberg_table_records{table=db.raw}': 1100,
      'iceberg_commit_duration_ms{table=db.raw}': 3000,
      'iceberg_scan_planning_duration_ms{table=db.raw}': 2,
    })
    expect(page()).toContain('weir_iceberg_requests_total{outcome="stored",report="commit"} 2')
    expect(page()).toContain('weir_iceberg_tables 1')
  })

  test('is known by the path: its prefix is the catalog, levels of a namespace have dots', async () => {
    const { post, sent } = await stand()
    await post(commit(), '/v1/warehouse/namespaces/a%1Fb/tables/t%20x/metrics')
    expect(Object.keys(sent())).toContain('iceberg_table_records{table=a.b.t x,catalog=warehouse}')
  })

  test('may be packed', async () => {
    const { post } = await stand()
    const body = gzipSync(JSON.stringify(commit()))
    const { status } = await post(body, undefined, { 'content-encoding': 'gzip' })
    expect(status).toBe(204)
  })

  test('of one moment with another is a later sample all the same', async () => {
    const { post, times } = await stand()
    await Promise.all(Array.from({ length: 20 }, () => post(commit())))
    const distinct = [...new Set(times())]
    expect(distinct).toHaveLength(20)
    expect(distinct).toEqual(distinct.toSorted())
  })

  test('that could not be stored counts nothing, and the next one does', async () => {
    const busy = new WeirError('STORAGE_BUSY', 'come again')
    const { post, sent } = await stand({ answers: [undefined, busy] })
    await post(commit())
    const refused = await post(commit())
    expect(refused.status).toBe(503)
    expect(JSON.parse(refused.body)).toEqual({
      error: { message: 'come again', type: 'STORAGE_BUSY', code: 503 },
    })
    await post(commit())
    expect(sent()['iceberg_added_records_total{table=db.raw}']).toBe(200)
  })

  test('of one table too many makes the one that was silent longest begin anew', async () => {
    const { post, sent, page } = await stand({ iceberg: { max_tables: 2 } })
    for (const table of ['a', 'b', 'a', 'c', 'b', 'a']) {
      await post(commit(), `/v1/namespaces/db/tables/${table}/metrics`)
    }
    // `b` went for `c`, came back for `a`, which then went for `c`.
    expect(sent()['iceberg_added_records_total{table=db.b}']).toBe(100)
    expect(page()).toContain('weir_iceberg_tables 2')
    expect(page()).toMatch(/weir_iceberg_tables_forgotten_total 3/)
  })
})

test('a report that is too long is 413', async () => {
  const { post } = await stand()
  const { status, body } = await post(`"${'x'.repeat(2_000_000)}"`)
  expect(status).toBe(413)
  expect(body).toContain('iceberg.max_body_bytes')
})

test.each<[unknown, number, RegExp]>([
  ['{', 400, /Cannot read a metrics report: /],
  ['null', 400, /want the report as an object, got null/],
  [{ 'report-type': 'cache' }, 400, /want report-type commit-report or scan-report, got .*cache/],
  [commit({ metrics: [] }), 400, /want metrics as an object, got \[\]/],
  [commit({}, { 'added-records': { value: -1 } }), 400, /not negative in added-records, got -1/],
  [commit({}, { 'added-records': 7 }), 400, /want added-records as an object, got 7/],
  [commit({}, { 'total-duration': { 'time-unit': 'years' } }), 400, /time-unit.*years/],
])('%j is %d', async (body, status, why) => {
  const { post, sent } = await stand()
  const answer = await post(body)
  expect(answer.status).toBe(status)
  expect(answer.body).toMatch(why)
  expect(sent()).toEqual({})
})
