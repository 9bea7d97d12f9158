import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { STALE_MARKER } from '@weir/model'
import { type SentSeries, encodeWriteRequestV1, packSnappy } from '@weir/wire'
import { expect, test } from 'vitest'
import { answers, pair } from './prometheus-answers.ts'
import { PROMETHEUS, startPrometheus } from './prometheus-peer.ts'
import { getJson, startWeir, weir } from './weir-process.ts'

const CONFIG = `
packs: { disabled: [weir] }
storage: { metrics: { retention_time: 0 } }
`
const STEP_MS = 15_000
const STEPS = 300

test.skipIf(PROMETHEUS === undefined)(
  'a snapshot of a real Prometheus answers the same in Weir, native histograms and stale markers too',
  async () => {
    await using prometheus = await startPrometheus('global: {}\n', [
      '--web.enable-remote-write-receiver',
      '--web.enable-admin-api',
      '--enable-feature=native-histograms',
    ])
    const endMs = Math.floor(Date.now() / STEP_MS) * STEP_MS
    const startMs = endMs - (STEPS - 1) * STEP_MS
    const at = (k: number): number => startMs + k * STEP_MS
    const steps = Array.from({ length: STEPS }, (_, k) => k)
    const histogram = (k: number) => ({
      isFloat: false,
      resetHint: 'unknown' as const,
      schema: 1,
      zeroThreshold: 2 ** -128,
      zeroCount: k,
      count: 5 * k,
      sum: k * 1.7,
      positiveSpans: Int32Array.of(k < 100 ? 0 : -1, 2),
      positive: Float64Array.of(k, 3 * k),
      negativeSpans: new Int32Array(),
      negative: new Float64Array(),
      customValues: new Float64Array(),
    })
    const sent: SentSeries[] = [
      {
        labels: ['__name__', 'orders_total', 'shop', 'süd'],
        samples: steps.map((k) => pair(at(k), k > 200 ? k - 200 : k * 3)),
      },
      {
        labels: ['__name__', 'gone'],
        samples: steps.map((k) => pair(at(k), k === 100 ? STALE_MARKER : 1 / (k + 1))),
      },
      {
        labels: ['__name__', 'took_seconds'],
        histograms: steps.map((k) => [at(k), histogram(k > 150 ? k - 150 : k)]),
      },
    ]
    const written = await fetch(`${prometheus.url}/api/v1/write`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-protobuf',
        'content-encoding': 'snappy',
        'x-prometheus-remote-write-version': '0.1.0',
      },
      body: packSnappy(encodeWriteRequestV1(sent)),
    })
    expect(written.status).toBe(204)
    const flags = await getJson<{ data: Record<string, string> }>(
      `${prometheus.url}/api/v1/status/flags`,
    )
    const data = flags.data['storage.tsdb.path']!
    const snapshot = await fetch(`${prometheus.url}/api/v1/admin/tsdb/snapshot`, { method: 'POST' })
    const { data: taken } = (await snapshot.json()) as { data: { name: string } }
    await using running = await startWeir({ config: CONFIG })
    const folder = join(data, 'snapshots', taken.name)
    const done = await weir('import', 'prometheus', folder, '--server', running.web, '--json')
    expect(done).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(done.out)).toEqual({
      samples: 3 * STEPS,
      metrics: 3,
      blocks: expect.any(Number) as number,
      head: null,
      rejected: {},
      example: '',
      damaged: { count: 0, told: [] },
    })
    // What is compared below is a stale marker indeed.
    expect(await answers(prometheus.url, 'gone', at(100) + 1000)).toEqual([])
    for (const [query, timeMs] of [
      ['{__name__=~"orders_total|gone|took_seconds"}[2h]', endMs],
      ['increase(orders_total[70m])', endMs],
      ['gone', at(100) + 1000],
      ['gone', at(101) + 1000],
      ['rate(took_seconds[10m])', at(155)],
      ['histogram_quantile(0.9, increase(took_seconds[70m]))', endMs],
      ['histogram_count(took_seconds)', at(77)],
    ] as const) {
      const theirs = await answers(prometheus.url, query, timeMs)
      expect([query, await answers(running.web, query, timeMs)]).toEqual([query, theirs])
    }
  },
  90_000,
)

test('into a data directory; a folder that is none of Prometheus is refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-import-'))
  try {
    const from = join(import.meta.dirname, '../fixtures/prometheus-heads/blocks')
    const done = await weir('import', 'prometheus', from, '--data-dir', join(folder, 'data'))
    expect(done).toEqual({
      code: 0,
      err: '',
      out: `${from}: 3380 samples of 9 metrics in 3 blocks and the log\n`,
    })
    const none = await weir('import', 'prometheus', folder, '--data-dir', join(folder, 'data'))
    expect(none.code).toBe(2)
    expect(none.err).toContain('there is no block in it')
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 60_000)
