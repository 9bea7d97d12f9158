import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PeerProcess, findPeer, startPeer } from './peer-process.ts'
import { PROMETHEUS, startPrometheus } from './prometheus-peer.ts'
import { type WeirProcess, eventually, getJson, startWeir, value } from './weir-process.ts'

/**
 * Real senders and readers of remote write and read, against a real Weir: what Prometheus scrapes
 * from itself (native histograms and exemplars too) goes into Weir, and each answers the same.
 */
const VMAGENT = findPeer('vmagent')
const FEATURES = ['--enable-feature=native-histograms,exemplar-storage']

interface Answer {
  readonly data: {
    readonly result: readonly { readonly metric: Readonly<Record<string, string>> }[]
  }
}

function keyOf(labels: readonly (readonly string[])[]): string {
  return JSON.stringify(labels.toSorted(([a], [b]) => (a! < b! ? -1 : 1)))
}

/** Every sample of the self-scrape within 10 s up to a moment, by labels. */
async function samplesOf(url: string, timeMs: number): Promise<Map<string, unknown>> {
  const query = encodeURIComponent('{job="self"}[10s]')
  const answer = await getJson<Answer>(`${url}/api/v1/query?query=${query}&time=${timeMs / 1000}`)
  return new Map(
    answer.data.result.map(({ metric, ...samples }) => [keyOf(Object.entries(metric)), samples]),
  )
}

const SELF = `
global: { scrape_interval: 1s }
scrape_configs:
  - job_name: self
    static_configs: [{ targets: ['127.0.0.1:PORT'] }]
`

const [WRITE_EXAMPLE, READ_EXAMPLE] = [
  ...readFileSync(join(import.meta.dirname, '../docs/remote-write.md'), 'utf8').matchAll(
    /^```yml\n# prometheus.yml\n([\s\S]*?)^```/gm,
  ),
].map((found) => found[1]!)

/** An example of docs/remote-write.md, for a Weir at another address. */
function asShown(example: string | undefined, weir: string): string {
  return example!.replace('http://127.0.0.1:9347', weir)
}

function writingTo(weir: string, message: string): string {
  const shown = asShown(WRITE_EXAMPLE, weir)
  const quick = '    queue_config: { batch_send_deadline: 200ms }\n'
  return SELF + shown.replace(/(protobuf_message: ).*/, `$1${message}`) + quick
}

/** A moment whose samples both have, and those samples. */
async function settled(
  writer: PeerProcess,
  weir: WeirProcess,
): Promise<{ readonly timeMs: number; readonly want: Map<string, unknown> }> {
  const oldest = await eventually('a first scrape', () => value(writer.url, 'timestamp(up)'))
  const timeMs = (oldest + 5) * 1000
  await eventually('more scrapes', async () => {
    const newest = await value(weir.web, 'timestamp(up{job="self"})')
    return newest !== undefined && newest * 1000 > timeMs + 1500
  })
  return { timeMs, want: await samplesOf(writer.url, timeMs) }
}

// At the same time, as nearly all of it is waiting for scrapes.
describe
  .skipIf(PROMETHEUS === undefined)
  .concurrent('Prometheus (left out: prometheus is not here)', () => {
    test.each([
      ['1.0', 'prometheus.WriteRequest'],
      ['2.0', 'io.prometheus.write.v2.Request'],
    ])('writes by %s, and Weir has every sample that it has', async (version, message) => {
      await using weir = await startWeir()
      await using writer = await startPrometheus(writingTo(weir.web, message), FEATURES)
      const { timeMs, want } = await settled(writer, weir)
      expect(want.size).toBeGreaterThan(300)
      // The last batch of a scrape may still be on its way.
      const got = await eventually('all samples', async () => {
        const samples = await samplesOf(weir.web, timeMs)
        return samples.size === want.size && samples
      })
      expect(Object.fromEntries(got)).toEqual(Object.fromEntries(want))
      const histograms = [...got.values()].filter((one) =>
        Object.hasOwn(one as object, 'histograms'),
      )
      expect(histograms.length).toBeGreaterThan(0)
      const page = await (await fetch(`${weir.web}/metrics`)).text()
      expect(page).toContain(
        `weir_remote_write_requests_total{outcome="stored",version="${version}"}`,
      )
      expect(page).not.toContain('outcome="partial"')
    })

    test('reads what is in Weir as if it were its own', async () => {
      await using weir = await startWeir({ config: 'global: { external_labels: { site: north } }' })
      await using writer = await startPrometheus(
        writingTo(weir.web, 'prometheus.WriteRequest'),
        FEATURES,
      )
      const { timeMs, want } = await settled(writer, weir)
      await using reader = await startPrometheus(asShown(READ_EXAMPLE, weir.web), FEATURES)
      const got = await samplesOf(reader.url, timeMs)
      const labelled = [...want].map(([key, samples]) => {
        const labels = [...(JSON.parse(key) as [string, string][]), ['site', 'north']]
        return [keyOf(labels), samples] as const
      })
      expect(Object.fromEntries(got)).toEqual(Object.fromEntries(labelled))
      const rate = (matchers: string): string =>
        `sum(rate(prometheus_http_requests_total{${matchers}}[5s] @ ${timeMs / 1000}))`
      const inWeir = await value(weir.web, rate(''))
      expect(inWeir).toBeGreaterThan(0)
      expect(await value(reader.url, rate('site="north"'))).toBeCloseTo(inWeir!, 9)
      const page = await (await fetch(`${weir.web}/metrics`)).text()
      expect(page).toMatch(/weir_remote_read_requests_total\{format="streamed",outcome="sent"\} \d/)
    })
  })

describe.skipIf(VMAGENT === undefined)('vmagent (left out: vmagent is not here)', () => {
  let weir: WeirProcess
  beforeAll(async () => {
    weir = await startWeir()
  })
  afterAll(() => weir[Symbol.asyncDispose]())

  test('writes what it scrapes', async () => {
    await using _agent = await startPeer({
      program: VMAGENT!,
      config: SELF,
      args: ({ folder, config, port }) => [
        `-promscrape.config=${config}`,
        `-remoteWrite.url=${weir.web}/api/v1/write`,
        `-remoteWrite.tmpDataPath=${folder}/data`,
        '-remoteWrite.forcePromProto=true',
        '-remoteWrite.flushInterval=200ms',
        `-httpListenAddr=127.0.0.1:${port}`,
      ],
      readyPath: '/health',
    })
    await eventually('vmagent in Weir', async () => (await value(weir.web, 'up{job="self"}')) === 1)
    const name = 'vm_app_version'
    await eventually(name, async () => (await value(weir.web, name)) === 1)
  })
})
