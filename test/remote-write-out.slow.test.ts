import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PeerProcess, findPeer, startPeer } from './peer-process.ts'
import { PROMETHEUS, startPrometheus } from './prometheus-peer.ts'
import { type WeirProcess, eventually, getJson, startWeir, value } from './weir-process.ts'

/**
 * Samples that Weir sends on, to real receivers: a Prometheus scrapes itself and writes to a Weir,
 * which writes to all the others; what they have must be what the first one has.
 */
const VICTORIA = findPeer('victoria-metrics')
const RECEIVES = [
  '--web.enable-remote-write-receiver',
  '--web.remote-write-receiver.accepted-protobuf-messages=prometheus.WriteRequest',
  '--web.remote-write-receiver.accepted-protobuf-messages=io.prometheus.write.v2.Request',
  '--enable-feature=native-histograms,exemplar-storage,metadata-wal-records',
]

const QUICK = '{ batch_send_deadline: 200ms }'

interface Answer {
  readonly data: {
    readonly result: readonly { readonly metric: Readonly<Record<string, string>> }[]
  }
}

/** The same times, and values but for the last digits: VictoriaMetrics keeps decimals. */
function areClose(a: unknown, b: unknown): boolean {
  const [one, two] = [a, b].map((samples) => (samples as Samples).values)
  return (
    one!.length === two!.length &&
    one!.every(([time, text], i) => {
      const [otherTime, otherText] = two![i]!
      const [x, y] = [Number(text), Number(otherText)]
      return time === otherTime && (x === y || Math.abs(x - y) <= 1e-11 * Math.abs(y))
    })
  )
}

interface Samples {
  readonly values: readonly (readonly [number, string])[]
}

/** How many samples: the newest of a series may be seen later than the series. */
function countOf(all: ReadonlyMap<string, unknown>): number {
  const lengths = [...all.values()].map((samples) =>
    Object.values(samples as Readonly<Record<string, readonly unknown[]>>).map(
      (list) => list.length,
    ),
  )
  return lengths.flat().reduce((sum, length) => sum + length, 0)
}

/** Every sample of the self-scrape within 5 s up to a moment, by labels; some series left out. */
async function samplesOf(
  url: string,
  timeMs: number,
  leave: (samples: object) => boolean = () => true,
): Promise<Map<string, unknown>> {
  const query = encodeURIComponent('{job="self"}[5s]')
  const answer = await getJson<Answer>(`${url}/api/v1/query?query=${query}&time=${timeMs / 1000}`)
  const found = answer.data.result.map(({ metric, ...samples }) => {
    const { site: _, ...labels } = metric
    const key = JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    return [key, samples] as const
  })
  return new Map(found.filter(([, samples]) => leave(samples)))
}

const isNumbers = (samples: object): boolean => !Object.hasOwn(samples, 'histograms')
/** VictoriaMetrics keeps no NaN, such as quantiles of nothing. */
const isForVictoria = (samples: object): boolean =>
  isNumbers(samples) && !JSON.stringify(samples).includes('"NaN"')

describe.skipIf(PROMETHEUS === undefined || VICTORIA === undefined)(
  'real receivers (left out: prometheus or victoria-metrics is not here)',
  () => {
    let one: PeerProcess
    let two: PeerProcess
    let victoria: PeerProcess
    let other: WeirProcess
    let weir: WeirProcess
    let source: PeerProcess
    let timeMs = 0
    let want = new Map<string, unknown>()

    beforeAll(async () => {
      one = await startPrometheus('{}', RECEIVES)
      two = await startPrometheus('{}', RECEIVES)
      other = await startWeir()
      victoria = await startPeer({
        program: VICTORIA!,
        config: '',
        args: ({ folder, port }) => [
          `-storageDataPath=${folder}/data`,
          `-httpListenAddr=127.0.0.1:${port}`,
          '-search.latencyOffset=0s',
        ],
        readyPath: '/health',
      })
      weir = await startWeir({
        config: `
global: { external_labels: { site: north } }
remote_write:
  - { name: one, url: '${one.url}/api/v1/write', send_native_histograms: true, send_exemplars: true, queue_config: ${QUICK} }
  - { name: two, url: '${two.url}/api/v1/write', protobuf_message: io.prometheus.write.v2.Request, queue_config: ${QUICK} }
  - { name: victoria, url: '${victoria.url}/api/v1/write', queue_config: ${QUICK} }
  - { name: weir, url: '${other.web}/api/v1/write', protobuf_message: io.prometheus.write.v2.Request, send_exemplars: true, queue_config: ${QUICK} }
`,
      })
      source = await startPrometheus(
        `
global: { scrape_interval: 1s }
scrape_configs:
  - job_name: self
    static_configs: [{ targets: ['127.0.0.1:PORT'] }]
remote_write:
  - url: ${weir.web}/api/v1/write
    send_exemplars: true
    send_native_histograms: true
    protobuf_message: io.prometheus.write.v2.Request
    queue_config: ${QUICK}
`,
        RECEIVES,
      )
      const oldest = await eventually('a first scrape', () => value(source.url, 'timestamp(up)'))
      timeMs = (oldest + 6) * 1000
      await eventually('more scrapes', async () => {
        const newest = await value(source.url, 'timestamp(up)')
        return newest !== undefined && newest * 1000 > timeMs + 2_500
      })
      want = await samplesOf(source.url, timeMs)
    }, 60_000)

    afterAll(async () => {
      for (const each of [source, weir, other, victoria, two, one]) {
        await each?.[Symbol.asyncDispose]()
      }
    })

    async function arrived(url: string, keep?: (samples: object) => boolean): Promise<object> {
      const got = await eventually('all samples', async () => {
        const samples = await samplesOf(url, timeMs, keep)
        const all = [...want].filter(([, known]) => keep?.(known as object) ?? true)
        const isAll = samples.size === all.length && countOf(samples) === countOf(new Map(all))
        return isAll && samples
      })
      return Object.fromEntries([...got].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    }

    test.each([
      ['Prometheus by 1.0', () => one.url],
      ['Prometheus by 2.0', () => two.url],
      ['Weir by 2.0', () => other.web],
    ])('%s has every sample and histogram of the source', async (_name, url) => {
      const got = await arrived(url())
      expect(got).toEqual(Object.fromEntries(want))
      const histograms = [...want.values()].filter((one_) => !isNumbers(one_ as object))
      expect(histograms.length).toBeGreaterThan(0)
      expect(want.size).toBeGreaterThan(300)
      expect(await value(url(), 'count(up{site="north"})')).toBeGreaterThan(0)
    })

    test('VictoriaMetrics has every number', async () => {
      const numbers = [...want]
        .filter(([, samples]) => isForVictoria(samples as object))
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
      expect(numbers.length).toBeGreaterThan(300)
      const got = new Map(Object.entries(await arrived(victoria.url, isForVictoria)))
      expect([...got.keys()]).toEqual(numbers.map(([key]) => key))
      const wrong = numbers.filter(([key, samples]) => !areClose(got.get(key), samples))
      expect(wrong.map(([key, samples]) => [key, samples, got.get(key)])).toEqual([])
    })

    test('what metrics mean goes along by 2.0', async () => {
      const about = (url: string): Promise<unknown> =>
        getJson(`${url}/api/v1/metadata?metric=prometheus_http_requests_total`)
      expect(await about(other.web)).toEqual(await about(weir.web))
      expect(JSON.stringify(await about(other.web))).toContain('counter')
    })

    test('nothing failed, nothing was dropped, and the status says so', async () => {
      const page = await (await fetch(`${weir.web}/metrics`)).text()
      const failed = page.match(/^weir_remote_write_out_(failed|dropped)_total.* [^0].*$/gm)
      expect(failed).toBeNull()
      const views = await getJson<{ name: string; lastError: string; sent: number }[]>(
        `${weir.web}/api/weir/v1/remote-write`,
      )
      expect(views.map(({ name, lastError }) => [name, lastError])).toEqual([
        ['one', ''],
        ['two', ''],
        ['victoria', ''],
        ['weir', ''],
      ])
      for (const { sent } of views) expect(sent).toBeGreaterThan(1000)
    })
  },
)
