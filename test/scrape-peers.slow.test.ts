import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LIES, type LyingTargets, startLyingTargets } from './lying-targets.ts'
import { type PeerProcess, findPeer, startPeer } from './peer-process.ts'
import { relabelRules } from './relabel-rules.ts'
import { type WeirProcess, eventually, getJson, startWeir } from './weir-process.ts'

/**
 * Prometheus and Weir run side by side from one configuration: the same targets, honest and lying, the same rules.
 * What each has stored afterwards is compared.
 */
const PROMETHEUS = findPeer('prometheus')

const PAGE = `a{x="1",y="2",z="3"} 1
a{x="ab",y="ab"} 2
b{x="Ab1",Big="X"} 3
b_s{x="ö",y="Ö"} 4
c{x="a\\nb",x_s="s"} 5
c{y="1",none_s="t"} 6
d{x="dup",y="1"} 7
e 8
`
const RULES = relabelRules(90, 20_261_128)

function config(address: string): string {
  const target = { static_configs: [{ targets: [address], labels: { env: 'test' } }] }
  const labels = { x: 'ab', y: 'AB', z: '3', Big: 'X', __meta_a: 'm', __tmp: 't', x_s: '' }
  const jobs = [
    ...Object.values(LIES).map(({ job }, i) => ({
      job_name: `lie-${i}`,
      metrics_path: `/${i}`,
      scrape_timeout: '1900ms',
      ...target,
      ...job,
    })),
    ...RULES.map((rules, i) => ({
      job_name: `metric-rules-${i}`,
      metrics_path: '/page',
      ...target,
      metric_relabel_configs: rules,
    })),
    ...RULES.map((rules, i) => ({
      job_name: `target-rules-${i}`,
      metrics_path: '/page',
      scrape_interval: '1h',
      static_configs: [{ targets: [address, 'other:80'], labels }],
      relabel_configs: rules,
    })),
  ]
  return JSON.stringify({
    global: { scrape_interval: '2s' },
    storage: { tsdb: { out_of_order_time_window: '1h' } },
    scrape_configs: jobs,
  })
}

interface Matrix {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>
      readonly values: readonly (readonly [number, string])[]
    }[]
  }
}

const TAKES_TIME = /^scrape_(duration_seconds|series_added)$/

/** What is stored of a job, by series: its values one after another, and whether it is alive at the end. */
async function storedOf(url: string, job: string): Promise<Record<string, string>> {
  const ask = async (expr: string): Promise<Matrix['data']['result']> => {
    const query = encodeURIComponent(expr)
    return (await getJson<Matrix>(`${url}/api/v1/query?query=${query}`)).data.result
  }
  const selector = `{env="test",job=~"${job}|theirs"}`
  const all = await ask(`${selector}[10m]`)
  const alive = new Set((await ask(selector)).map(({ metric }) => keyOf(metric)))
  return Object.fromEntries(
    all
      .filter(({ metric }) => !TAKES_TIME.test(metric['__name__'] ?? ''))
      .map(({ metric, values }) => {
        const seen = values
          .map(([, value]) => value)
          .filter((value, i, list) => list[i - 1] !== value)
        // Which of two scrapes came last is chance where values change with each.
        const shown = (
          metric['__name__'] === 'a' && seen.length > 3 ? seen.slice(0, 3) : seen
        ).join(' ')
        return [keyOf(metric), `${shown}${alive.has(keyOf(metric)) ? '' : ' gone'}`]
      }),
  )
}

function keyOf(metric: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(metric).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

interface Targets {
  readonly data: {
    readonly activeTargets: readonly {
      readonly scrapePool: string
      readonly labels: Readonly<Record<string, string>>
      readonly discoveredLabels: Readonly<Record<string, string>>
    }[]
    readonly droppedTargets: readonly {
      readonly scrapePool?: string
      readonly discoveredLabels: object
    }[]
  }
}

/** Labels of each job's targets as relabelling left them. */
async function targetsOf(url: string): Promise<Record<string, string[]>> {
  const { data } = await getJson<Targets>(`${url}/api/v1/targets`)
  const found: Record<string, string[]> = {}
  for (const { scrapePool, labels } of data.activeTargets) {
    if (scrapePool.startsWith('target-rules')) (found[scrapePool] ??= []).push(keyOf(labels))
  }
  for (const each of Object.values(found)) each.sort((a, b) => (a < b ? -1 : 1))
  return found
}

/** How often the job that lies last has been scraped. */
async function scrapes(url: string): Promise<number> {
  const query = encodeURIComponent('min(count_over_time(up{job=~"lie.*|metric.*"}[10m]))')
  const { data } = await getJson<{ data: { result: { value: [number, string] }[] } }>(
    `${url}/api/v1/query?query=${query}`,
  )
  return Number(data.result[0]?.value[1] ?? 0)
}

describe.skipIf(PROMETHEUS === undefined)('side by side (left out: prometheus is not here)', () => {
  let page: LyingTargets
  let weir: WeirProcess
  let prometheus: PeerProcess

  beforeAll(async () => {
    page = await startLyingTargets(PAGE)
    const given = config(page.address)
    ;[weir, prometheus] = await Promise.all([
      startWeir({ config: given }),
      startPeer({
        program: PROMETHEUS!,
        config: given,
        args: ({ folder, config: file, port }) => [
          `--config.file=${file}`,
          `--storage.tsdb.path=${folder}/data`,
          `--web.listen-address=127.0.0.1:${port}`,
          '--log.level=error',
        ],
        readyPath: '/-/ready',
      }),
    ])
    for (const url of [weir.web, prometheus.url]) {
      await eventually('four scrapes of each', async () => (await scrapes(url)) >= 4, 60_000)
    }
  })

  afterAll(async () => {
    await weir?.[Symbol.asyncDispose]()
    await prometheus?.[Symbol.asyncDispose]()
    await page?.[Symbol.asyncDispose]()
  })

  test.each(Object.entries(LIES).map(([name, { better }], i) => [name, better ?? '', i] as const))(
    'a target that sends %s leaves the same behind%s',
    async (_name, better, i) => {
      if (better !== '') {
        const up = Object.entries(await storedOf(weir.web, `lie-${i}`)).find(([series]) =>
          series.includes('"up"'),
        )
        expect(up?.[1], better).toBe('1')
        return
      }
      const theirs = await storedOf(prometheus.url, `lie-${i}`)
      expect(await storedOf(weir.web, `lie-${i}`)).toEqual(theirs)
    },
  )

  test.each(RULES.map((rules, i) => [rules, i] as const))(
    'series under %j are the same',
    async (_rules, i) => {
      const theirs = await storedOf(prometheus.url, `metric-rules-${i}`)
      expect(await storedOf(weir.web, `metric-rules-${i}`)).toEqual(theirs)
    },
  )

  test('targets under all rules are the same', async () => {
    const [theirs, ours] = [await targetsOf(prometheus.url), await targetsOf(weir.web)]
    for (const [i, rules] of RULES.entries()) {
      // Which label wins of several that get one name is chance in Prometheus: its targets' labels are not sorted.
      if (/"labelmap"[^}]*"replacement":"[^$"]*"/.test(JSON.stringify(rules))) continue
      const job = `target-rules-${i}`
      expect(ours[job], JSON.stringify(rules)).toEqual(theirs[job])
    }
  })
})
