import { encodeWriteRequestV1, packSnappy } from '@weir/wire'
import { STALE_MARKER } from '@weir/model'
import { expect, test } from 'vitest'
import { answers, pair } from './prometheus-answers.ts'
import { PROMETHEUS, startPrometheus } from './prometheus-peer.ts'
import { startWeir, weir } from './weir-process.ts'

const CONFIG = `
packs: { disabled: [weir] }
storage: { metrics: { retention_time: 0 } }
`
const STEP_MS = 15_000
const STEPS = 240

test.skipIf(PROMETHEUS === undefined)(
  'what a real Prometheus has answers the same in Weir, to the last bit, stale markers too',
  async () => {
    await using prometheus = await startPrometheus('global: {}\n', [
      '--web.enable-remote-write-receiver',
    ])
    const endMs = Math.floor(Date.now() / STEP_MS) * STEP_MS
    const startMs = endMs - (STEPS - 1) * STEP_MS
    const series = (labels: string[], value: (k: number) => number) => ({
      labels,
      samples: Array.from({ length: STEPS }, (_, k) => pair(startMs + k * STEP_MS, value(k))),
    })
    const sent = [
      series(['__name__', 'orders_total', 'shop', 'north "1"\n'], (k) => k * 7),
      series(['__name__', 'orders_total', 'shop', 'süd'], (k) => (k > 200 ? k - 200 : k * 3)),
      // Without -0, which Prometheus itself sends as 0.
      series(['__name__', 'odd'], (k) => [Number.NaN, Infinity, -1.5, 1 / 3, 5e-324][k % 5]!),
      series(['__name__', 'gone'], (k) => (k === 100 ? STALE_MARKER : k > 100 ? k : 1)),
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
    await using running = await startWeir({ config: CONFIG })
    const since = new Date(startMs).toISOString()
    const args = ['import', 'prometheus', prometheus.url, '--server', running.web]
    const bounds = ['--from', since, '--until', new Date(endMs).toISOString(), '--window', '7m']
    const chosen = ['--match', 'orders_total{shop="süd"}', '--match', '{__name__="gone"}']
    const some = await weir(...args, ...bounds, ...chosen, '--json')
    expect(JSON.parse(some.out)).toMatchObject({ samples: 2 * STEPS, metrics: 2 })
    const done = await weir(...args, ...bounds, '--json')
    expect(done).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(done.out)).toEqual({
      samples: 4 * STEPS,
      metrics: 3,
      rejected: {},
      example: '',
      damaged: { count: 0, told: [] },
    })
    // Again: it changes nothing.
    expect((await weir(...args, ...bounds)).code).toBe(0)
    // What is compared below is a stale marker indeed.
    const staleMs = startMs + 100 * STEP_MS + 1000
    expect(await answers(prometheus.url, 'gone', staleMs)).toEqual([])
    for (const [query, timeMs] of [
      ['{__name__=~"orders_total|odd|gone"}[1h]', endMs],
      ['rate(orders_total[5m])', endMs],
      ['increase(orders_total[59m])', endMs],
      ['gone', staleMs],
      ['count_over_time(gone[1h])', endMs],
      ['sum by (shop) (orders_total) / 3', startMs + 57 * STEP_MS + 7],
    ] as const) {
      const [theirs, ours] = [
        await answers(prometheus.url, query, timeMs),
        await answers(running.web, query, timeMs),
      ]
      expect([query, ours]).toEqual([query, theirs])
    }
    const nowhere = await weir(...args.with(2, 'http://127.0.0.1:1'), ...bounds)
    expect(nowhere.code).toBe(2)
    expect(nowhere.err).toContain(`--from ${since} goes on there`)
  },
  90_000,
)
