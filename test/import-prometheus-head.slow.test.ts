import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type NativeHistogram, STALE_MARKER } from '@weir/model'
import { type SentSeries, encodeWriteRequestV1, packSnappy } from '@weir/wire'
import { afterEach, expect, test } from 'vitest'
import { answers, pair } from './prometheus-answers.ts'
import { PROMETHEUS, startPrometheus } from './prometheus-peer.ts'
import { eventually, startWeir, weir } from './weir-process.ts'

const WEIR_CONFIG = `
packs: { disabled: [weir] }
storage: { metrics: { retention_time: 0 } }
`
const MINUTE_MS = 60_000

/** It scrapes itself, twice: native histograms are among its metrics, and classic ones that become NHCB. */
const SCRAPING = `
global: { scrape_interval: 500ms, scrape_timeout: 500ms }
storage: { tsdb: { out_of_order_time_window: 24h } }
scrape_configs:
  - job_name: native
    scrape_protocols: [PrometheusProto]
    static_configs: [{ targets: ['127.0.0.1:PORT'] }]
    metric_relabel_configs: [KEEP]
  - job_name: custom
    scrape_protocols: [PrometheusProto]
    convert_classic_histograms_to_nhcb: true
    static_configs: [{ targets: ['127.0.0.1:PORT'] }]
    metric_relabel_configs: [KEEP]
`.replaceAll(
  'KEEP',
  '{ source_labels: [__name__], action: keep, regex: "(prometheus_http|prometheus_tsdb_head|go_memstats).*" }',
)
const STILL = 'storage: { tsdb: { out_of_order_time_window: 24h } }\n'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'weir-head-'))
  folders.push(path)
  return path
}

async function write(url: string, series: readonly SentSeries[]): Promise<void> {
  const answer = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body: packSnappy(encodeWriteRequestV1(series)),
  })
  expect([answer.status, await answer.text()]).toEqual([204, ''])
}

function histogram(k: number, part: Partial<NativeHistogram> = {}): NativeHistogram {
  return {
    isFloat: false,
    resetHint: 'unknown',
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
    ...part,
  }
}

const custom = (k: number): NativeHistogram =>
  histogram(k, {
    schema: -53,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 4 * k,
    customValues: Float64Array.of(0.1, 1, 2.5),
    positiveSpans: Int32Array.of(0, 2),
  })

/** A step a minute of every kind, up to `endMs`; and of each the odd minutes apart, to be sent out of order. */
function sent(steps: number, endMs: number): { inOrder: SentSeries[]; late: SentSeries[] } {
  const at = (k: number): number => endMs - (steps - 1 - k) * MINUTE_MS
  const kinds: { name: string; sample: (k: number) => Partial<SentSeries> }[] = [
    {
      name: 'orders_total',
      sample: (k) => ({ samples: [pair(at(k), k > steps / 2 ? k - steps / 2 : k * 3)] }),
    },
    {
      name: 'odd',
      sample: (k) => ({
        samples: [
          pair(at(k), k % 7 === 0 ? STALE_MARKER : [Infinity, -1.5, 1 / 3, 5e-324, 7, NaN][k % 6]!),
        ],
      }),
    },
    { name: 'took_seconds', sample: (k) => ({ histograms: [[at(k), histogram(k)]] }) },
    {
      name: 'took_float',
      sample: (k) => ({ histograms: [[at(k), histogram(k + 0.5, { isFloat: true })]] }),
    },
    { name: 'took_custom', sample: (k) => ({ histograms: [[at(k), custom(k)]] }) },
    {
      name: 'took_custom_float',
      sample: (k) => ({ histograms: [[at(k), { ...custom(k + 0.25), isFloat: true }]] }),
    },
  ]
  const list = (wanted: (k: number) => boolean): SentSeries[] =>
    kinds.map(({ name, sample }) => {
      const samples: NonNullable<SentSeries['samples']>[number][] = []
      const histograms: NonNullable<SentSeries['histograms']>[number][] = []
      for (let k = 0; k < steps; k++) {
        if (!wanted(k)) continue
        const one = sample(k)
        samples.push(...(one.samples ?? []))
        histograms.push(...(one.histograms ?? []))
      }
      return { labels: ['__name__', name, 'kind', name, 'shop', 'süd "1"\n'], samples, histograms }
    })
  const isLate = (k: number): boolean => k % 2 === 1 && k < steps - 5
  return { inOrder: list((k) => !isLate(k)), late: list(isLate) }
}

const NAMES = '__name__=~"orders_total|odd|took_.+"'

/** All samples of everything, and what is made of them. */
function queries(endMs: number, steps: number): (readonly [string, number])[] {
  const span = `${steps}m`
  return [
    [`{${NAMES}}[${span}]`, endMs],
    [`count_over_time({${NAMES}}[${span}])`, endMs],
    [`increase(orders_total[${span}])`, endMs],
    [`rate({__name__=~"took_.+"}[30m])`, endMs],
    [`histogram_quantile(0.9, increase({__name__=~"took_.+"}[40m]))`, endMs],
    ['odd', endMs - 6 * MINUTE_MS],
    ['{job="native"}[10m]', endMs + 10 * MINUTE_MS],
    ['{job="custom"}[10m]', endMs + 10 * MINUTE_MS],
    ['count by (__name__) (last_over_time({job=~"native|custom"}[10m]))', endMs + 10 * MINUTE_MS],
  ]
}

test.skipIf(PROMETHEUS === undefined).each(['snappy', 'zstd', 'none'])(
  'all that a killed Prometheus had in its logs answers the same in Weir: %s',
  { timeout: 240_000 },
  async (compression) => {
    const data = join(folder(), 'data')
    const flags = [
      '--web.enable-remote-write-receiver',
      '--web.enable-admin-api',
      '--enable-feature=native-histograms',
      ...(compression === 'none'
        ? ['--no-storage.tsdb.wal-compression']
        : [`--storage.tsdb.wal-compression-type=${compression}`]),
    ]
    // Less than three hours, so that no block is made meanwhile: while it makes one, Prometheus itself answers less.
    const steps = 150
    const endMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - MINUTE_MS
    const { inOrder, late } = sent(steps, endMs)
    let copied: string
    {
      await using running = await startPrometheus(SCRAPING, flags, data)
      const { url } = running
      await write(url, inOrder)
      await write(url, late)
      const gone = new URLSearchParams({
        'match[]': 'orders_total',
        start: String(endMs / 1000 - 100 * 60),
        end: String(endMs / 1000 - 60 * 60),
      })
      const deleted = await fetch(`${url}/api/v1/admin/tsdb/delete_series?${gone}`, {
        method: 'POST',
      })
      expect(deleted.status).toBe(204)
      await eventually('some scrapes', async () => {
        const [found] = (await answers(
          url,
          'count_over_time(up{job="custom"}[5m])',
          Date.now(),
        )) as { value: [number, string] }[]
        return Number(found?.value[1] ?? 0) > 60
      })
      // While it runs: what is there so far.
      await using early = await startWeir({ config: WEIR_CONFIG })
      const first = await weir('import', 'prometheus', data, '--server', early.web, '--json')
      expect([first.code, first.out]).toEqual([0, expect.stringContaining('"count": 0')])
      const [whole, ours] = [
        await answers(url, `{${NAMES}}[${steps}m]`, endMs),
        await answers(early.web, `{${NAMES}}[${steps}m]`, endMs),
      ]
      expect(ours).toEqual(whole)
      await running.kill()
      copied = join(folder(), 'copy')
      cpSync(data, copied, { recursive: true })
    }
    expect(readdirSync(join(copied, 'wbl')).length).toBeGreaterThan(0)
    await using weirProcess = await startWeir({ config: WEIR_CONFIG })
    const { web } = weirProcess
    const done = await weir('import', 'prometheus', copied, '--server', web, '--json')
    expect([done.code, done.err.includes('Cannot')]).toEqual([0, false])
    expect(JSON.parse(done.out)).toMatchObject({
      rejected: {},
      damaged: { count: 0 },
      head: { nameless: 0 },
    })
    await using again = await startPrometheus(STILL, flags, data)
    for (const [query, timeMs] of queries(endMs, steps)) {
      const theirs = await answers(again.url, query, timeMs)
      expect([query, (theirs as unknown[]).length > 0]).toEqual([query, true])
      expect([query, await answers(web, query, timeMs)]).toEqual([query, theirs])
    }
  },
)
