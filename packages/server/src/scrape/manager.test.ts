import { describe, expect, test } from 'vitest'
import { pino } from 'pino'
import type { Report } from '../discovery/discoverer.ts'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { type ScrapeSettings, globalConfig, scrapeConfigs, selfJob } from './config.ts'
import type { FetchPage } from './fetch-page.ts'
import { startScraper } from './manager.ts'
import { HandClock } from './testing/hand-clock.ts'
import { MemoryAppender } from './testing/memory-appender.ts'

const START = 1_700_000_000_000

function settings(jobs: readonly object[]): ScrapeSettings {
  return {
    global: globalConfig.parse({ scrape_interval: '10s' }),
    scrape_configs: scrapeConfigs.parse(jobs),
  }
}

const job = (more: object = {}): object => ({
  job_name: 'j',
  static_configs: [{ targets: ['t:1'] }],
  ...more,
})

const NEVER: unique symbol = Symbol('an answer that does not come')
type Page = string | Error | typeof NEVER

/** Scrapes what `pages` holds, one after the other, the last one again and again; gives what was committed. */
async function begin(jobs: readonly object[], pages: readonly Page[]) {
  const clock = new HandClock(START)
  const lines: string[] = []
  let asked = 0
  const fetch: FetchPage = async (_, signal) => {
    const page = pages[Math.min(asked++, pages.length - 1)]!
    if (page instanceof Error) throw page
    if (page === NEVER) {
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')))
      })
    }
    const format = page.endsWith('# EOF\n') ? 'openmetrics' : 'text'
    return { bytes: Buffer.from(page), format }
  }
  const registry = new Registry()
  const scraper = await startScraper({
    config: settings(jobs),
    appenderFor: () => new MemoryAppender(lines),
    telemetry: { registry, log: new Log(pino({ level: 'silent' }), clock) },
    clock,
    fetch,
  })
  /** The samples that came with the move, without times and the series about the scrape. */
  const next = async (ms = 10_000): Promise<string[]> => {
    lines.length = 0
    await clock.moveTo(clock.now() + ms)
    return lines
      .filter((line) => !/^(up|scrape_)/.test(line))
      .map((line) => line.replace(/ @\d+$/, ''))
  }
  const about = (name: string): string | undefined =>
    lines
      .find((line) => line.startsWith(`${name}{`))
      ?.split(' ')
      .at(-2)
  return { scraper, clock, lines, next, about, registry }
}

const OWN = 'instance="t:1", job="j"'

describe('a target', () => {
  test('is scraped once an interval, with its labels and the series about the scrape', async () => {
    const { next, about, scraper, lines } = await begin(
      [job()],
      ['a{x="y"} 1\nb 2\n', 'a{x="y"} 3\nb 4\n'],
    )
    expect(await next()).toEqual([`a{${OWN}, x="y"} 1`, `b{${OWN}} 2`])
    expect(
      [
        'up',
        'scrape_samples_scraped',
        'scrape_samples_post_metric_relabeling',
        'scrape_series_added',
      ].map(about),
    ).toEqual(['1', '2', '2', '2'])
    const times = new Set(lines.map((line) => line.split('@')[1]))
    expect(times.size).toBe(1)
    expect(await next()).toEqual([`a{${OWN}, x="y"} 3`, `b{${OWN}} 4`])
    expect(about('scrape_series_added')).toBe('0')
    expect(scraper.targets().activeTargets[0]).toMatchObject({
      health: 'up',
      lastError: '',
      scrapeUrl: 'http://t:1/metrics',
      scrapePool: 'j',
      scrapeInterval: '10s',
      scrapeTimeout: '10s',
      labels: { instance: 't:1', job: 'j' },
      discoveredLabels: {
        __address__: 't:1',
        __metrics_path__: '/metrics',
        __scheme__: 'http',
        job: 'j',
      },
    })
    await scraper[Symbol.asyncDispose]()
  })

  test('ends a series that vanishes, and begins it again', async () => {
    const { next, scraper, about } = await begin(
      [job()],
      ['a 1\nb 2\n', 'a 1\n', 'a 1\n', 'a 1\nb 5\n'],
    )
    await next()
    expect(await next()).toEqual([`a{${OWN}} 1`, `b{${OWN}} stale`])
    expect(await next()).toEqual([`a{${OWN}} 1`])
    expect(await next()).toEqual([`a{${OWN}} 1`, `b{${OWN}} 5`])
    expect(about('scrape_series_added')).toBe('1')
    await scraper[Symbol.asyncDispose]()
  })

  test.each<[string, Page, object, string]>([
    ['does not answer', new Error('refused'), {}, 'refused'],
    [
      'answers garbage',
      'a 1\n<html>\n',
      {},
      'Cannot read line 2 of http://t:1/metrics: want a metric name or {',
    ],
    ['never ends', NEVER, { scrape_timeout: '2s' }, 'no whole answer within 2s (scrape_timeout)'],
    [
      'sends too many samples',
      'a 1\nb 1\nc 1\n',
      { sample_limit: 2 },
      'want at most 2 samples (sample_limit), got 3',
    ],
    ['sends too many labels', 'a{b="c",d="e"} 1\n', { label_limit: 4 }, 'is past label_limit'],
    [
      'sends a long label name',
      'a{abcdefghijkl="c"} 1\n',
      { label_name_length_limit: 10 },
      'is past label_name_length_limit',
    ],
    [
      'sends a long label value',
      'a{b="0123456789"} 1\n',
      { label_value_length_limit: 8 },
      'is past label_value_length_limit',
    ],
  ])('that %s is down, and its series end', async (_, page, more, why) => {
    const { next, about, scraper } = await begin([job(more)], ['a 1\n', page, 'a 2\n'])
    await next()
    const second = await next()
    expect(second).toEqual([`a{${OWN}} stale`])
    expect(about('up')).toBe('0')
    expect(scraper.targets().activeTargets[0]).toMatchObject({
      health: 'down',
      lastError: expect.stringContaining(why),
    })
    expect(scraper.status().lastRejected?.reason).toContain(why)
    expect(await next()).toEqual([`a{${OWN}} 2`])
    expect(about('up')).toBe('1')
    await scraper[Symbol.asyncDispose]()
  })

  test('has its labels kept: what the page says of them is set aside', async () => {
    const { next, scraper } = await begin([job()], ['a{job="p",exported_job="q",instance=""} 1\n'])
    expect(await next()).toEqual([
      'a{exported_exported_job="p", exported_job="q", instance="t:1", job="j"} 1',
    ])
    await scraper[Symbol.asyncDispose]()
  })

  test('gives way to its page with honor_labels', async () => {
    const { next, scraper } = await begin(
      [job({ honor_labels: true })],
      ['a{job="p",instance=""} 1\n'],
    )
    expect(await next()).toEqual(['a{job="p"} 1'])
    await scraper[Symbol.asyncDispose]()
  })

  test('may give times of its own; such series are not ended', async () => {
    const { next, scraper, lines } = await begin([job()], ['a 1 5000\n', 'b 1\n'])
    await next()
    expect(lines).toContain(`a{${OWN}} 1 @5000`)
    expect(await next()).toEqual([`b{${OWN}} 1`])
    await scraper[Symbol.asyncDispose]()
  })

  test('has its times passed over with honor_timestamps: false', async () => {
    const { next, scraper, lines } = await begin([job({ honor_timestamps: false })], ['a 1 5000\n'])
    await next()
    expect(lines.some((line) => line.endsWith('@5000'))).toBe(false)
    await scraper[Symbol.asyncDispose]()
  })

  test('has its exemplars kept, with their own time or that of their sample, each once', async () => {
    const page = (value: number): string =>
      [
        `a_total 1 # {t="x"} ${value}`,
        'b_total 1 # {t="y"} 2 3.5',
        'c_total 1 7 # {t="z"} 4',
        'dropped 1 # {t="z"} 4',
        '# EOF\n',
      ].join('\n')
    const drop = [{ source_labels: ['__name__'], regex: 'dropped', action: 'drop' }]
    const { next, lines, scraper } = await begin(
      [job({ metric_relabel_configs: drop })],
      [page(1), page(1), page(2)],
    )
    const exemplars = async (): Promise<string[]> => {
      await next()
      const time = lines.find((line) => line.startsWith('up'))!.split('@')[1]!
      const found = lines.filter((line) => line.includes(' # '))
      return found.map((line) => line.replace(`@${time}`, '@scrape').replace(`{${OWN}}`, ''))
    }
    expect(await exemplars()).toEqual([
      'a_total # {t="x"} 1 @scrape',
      'b_total # {t="y"} 2 @3500',
      'c_total # {t="z"} 4 @7000',
    ])
    expect(await exemplars()).toEqual([])
    expect(await exemplars()).toEqual(['a_total # {t="x"} 2 @scrape'])
    await scraper[Symbol.asyncDispose]()
  })

  test('that sends a series twice has the first one kept', async () => {
    const { next, scraper } = await begin([job()], ['a{x="1",y="2"} 1\na{y="2",x="1"} 2\n'])
    expect(await next()).toEqual([`a{${OWN}, x="1", y="2"} 1`])
    await scraper[Symbol.asyncDispose]()
  })

  test('has its metrics relabelled, and two lines may become one series', async () => {
    const rules = [
      { regex: 'x', action: 'labeldrop' },
      { source_labels: ['__name__'], regex: 'no.*', action: 'drop' },
    ]
    const { next, scraper, about } = await begin(
      [job({ metric_relabel_configs: rules })],
      ['a{x="1"} 1\na{x="2"} 2\nnot 3\n', 'a{x="2"} 4\n'],
    )
    expect(await next()).toEqual([`a{${OWN}} 1`])
    expect(['scrape_samples_scraped', 'scrape_samples_post_metric_relabeling'].map(about)).toEqual([
      '3',
      '2',
    ])
    expect(await next()).toEqual([`a{${OWN}} 4`])
    await scraper[Symbol.asyncDispose]()
  })

  test('whose series churn is not remembered for ever', async () => {
    const pages = Array.from(
      { length: 5 },
      (_, round) =>
        Array.from({ length: 2000 }, (_unused, i) => `a{i="${round}-${i}"} 1\n`).join('') +
        'steady 1\n',
    )
    const { next, scraper } = await begin([job()], pages)
    await next()
    for (let round = 1; round < 5; round++) {
      const came = await next()
      expect(came.filter((line) => line.endsWith(' stale')).length).toBe(2000)
      expect(came.filter((line) => line.startsWith('steady') && line.endsWith(' 1')).length).toBe(1)
    }
    await scraper[Symbol.asyncDispose]()
  })
})

describe('relabelling of targets', () => {
  test('drops some and moves others', async () => {
    const rules = [
      { source_labels: ['__address__'], regex: 'no:1', action: 'drop' },
      { source_labels: ['__address__'], regex: '(.*):1', target_label: 'host' },
      { target_label: '__param_module', replacement: 'm&n' },
      { target_label: '__metrics_path__', replacement: '/probe' },
    ]
    const { scraper } = await begin(
      [
        job({
          static_configs: [{ targets: ['t:1', 'no:1'], labels: { env: 'x' } }],
          relabel_configs: rules,
        }),
      ],
      [''],
    )
    expect(scraper.targets()).toMatchObject({
      activeTargets: [
        {
          scrapeUrl: 'http://t:1/probe?module=m%26n',
          labels: { host: 't', env: 'x', instance: 't:1', job: 'j' },
        },
      ],
      droppedTargets: [{ scrapePool: 'j', discoveredLabels: { __address__: 'no:1', env: 'x' } }],
    })
    await scraper[Symbol.asyncDispose]()
  })

  test('past target_limit none is scraped', async () => {
    const { next, scraper, about } = await begin(
      [job({ static_configs: [{ targets: ['t:1', 't:2'] }], target_limit: 1 })],
      ['a 1\n'],
    )
    expect(await next()).toEqual([])
    expect(about('up')).toBe('0')
    expect(scraper.targets().activeTargets[0]?.lastError).toContain(
      'want at most 1 targets (target_limit), got 2',
    )
    await scraper[Symbol.asyncDispose]()
  })
})

describe('discovery', () => {
  const LOOKED = { file_sd_configs: [{ files: ['f.yml'] }], static_configs: [] }

  /** Scrapes what `report` says is found, each target's own page. */
  async function discovering(more: object = {}) {
    let report: Report | undefined
    const scrapes: string[] = []
    const clock = new HandClock(START)
    const lines: string[] = []
    const scraper = await startScraper({
      config: settings([job({ ...LOOKED, ...more })]),
      appenderFor: () => new MemoryAppender(lines),
      telemetry: { registry: new Registry(), log: new Log(pino({ level: 'silent' }), clock) },
      clock,
      fetch: async ({ url }) => {
        scrapes.push(`${url} @${clock.now()}`)
        const text = '# HELP a About a.\n# TYPE a gauge\n# TYPE b counter\na 1\nb 2\n'
        return { bytes: Buffer.from(text), format: 'text' }
      },
      discover: () => ({
        run: async (given, signal) => {
          report = given
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
        },
      }),
    })
    const find = (...targets: Readonly<Record<string, string>>[]): void =>
      report!.update([{ source: 's', targets, labels: { __meta_from: 'here', env: 'x' } }])
    const at = (address: string): Record<string, string> => ({ __address__: address })
    return { scraper, clock, lines, scrapes, find, at }
  }

  test('begins what is found, ends what has gone, and leaves the rest alone', async () => {
    const { scraper, clock, lines, scrapes, find, at } = await discovering()
    find(at('a:1'), at('b:1'))
    await clock.moveTo(START + 20_000)
    const dueMs = scrapes
      .filter((scrape) => scrape.includes('//a:1'))
      .map((scrape) => Number(scrape.split('@')[1]))
    expect(dueMs.length).toBe(2)
    find(at('a:1'), at('c:1'))
    await clock.moveTo(START + 60_000)
    const ofA = scrapes.filter((scrape) => scrape.includes('//a:1'))
    expect(ofA.map((scrape) => Number(scrape.split('@')[1]))).toEqual(
      [0, 1, 2, 3, 4, 5].map((i) => dueMs[0]! + i * 10_000),
    )
    const stale = lines
      .filter((line) => line.includes(' stale'))
      .map((line) => line.split(' stale')[0])
    expect(stale.filter((series) => series!.startsWith('a{'))).toEqual([
      'a{env="x", instance="b:1", job="j"}',
    ])
    expect(scrapes.some((scrape) => scrape.includes('//c:1'))).toBe(true)
    await scraper[Symbol.asyncDispose]()
  })

  test('shows labels that change without a scrape missed or begun', async () => {
    const { scraper, clock, lines, scrapes, find, at } = await discovering()
    find({ ...at('a:1'), __meta_pod: 'one' })
    await clock.moveTo(START + 20_000)
    find({ ...at('a:1'), __meta_pod: 'two' })
    await clock.moveTo(START + 30_000)
    expect(scraper.targets().activeTargets[0]).toMatchObject({
      health: 'up',
      discoveredLabels: { __meta_pod: 'two', __meta_from: 'here' },
      labels: { env: 'x', instance: 'a:1', job: 'j' },
    })
    expect(scrapes.length).toBe(3)
    expect(lines.some((line) => line.includes('stale'))).toBe(false)
    await scraper[Symbol.asyncDispose]()
  })

  test('tells of targets that cannot be ones, and bounds the dropped ones it remembers', async () => {
    const { scraper, clock, find, at } = await discovering({
      keep_dropped_targets: 1,
      relabel_configs: [
        { source_labels: ['__address__'], regex: 'drop.*', action: 'drop' },
        {
          source_labels: ['__address__'],
          regex: 'empty',
          target_label: '__address__',
          replacement: '',
        },
        { source_labels: ['__meta_every'], regex: '(.+)', target_label: '__scrape_interval__' },
      ],
    })
    find(
      at('drop:1'),
      at('drop:2'),
      at('empty'),
      at('a/b'),
      { ...at('slow:1'), __meta_every: '1m' },
      { ...at('odd:1'), __meta_every: 'often' },
      { ...at('short:1'), __meta_every: '1s' },
    )
    await clock.moveTo(START + 10_000)
    expect(scraper.targets()).toMatchObject({
      droppedTargets: [{ scrapePool: 'j', discoveredLabels: { __address__: 'drop:1' } }],
      droppedTargetCounts: { j: 2 },
    })
    expect(scraper.jobs()).toMatchObject([
      {
        job: 'j',
        activeCount: 4,
        droppedCount: 2,
        faultCount: 1,
        faults: [expect.stringContaining('without __address__')],
        discoverers: [{ kind: 'file', title: 'f.yml', targetCount: 7 }],
      },
    ])
    const shown = scraper
      .targets()
      .activeTargets.map((target) => [target.scrapeUrl, target.scrapeInterval, target.lastError])
    expect(shown).toEqual([
      ['http://a/b/metrics', '10s', expect.stringContaining('want host:port')],
      ['http://slow:1/metrics', '1m', ''],
      ['http://odd:1/metrics', 'often', expect.stringContaining('"often" as __scrape_interval__')],
      ['http://short:1/metrics', '1s', expect.stringContaining('"10s" as __scrape_timeout__')],
    ])
    await scraper[Symbol.asyncDispose]()
  })

  test('what targets say of their metrics is told by target', async () => {
    const { scraper, clock, find, at } = await discovering()
    find(at('a:1'), at('b:1'))
    await clock.moveTo(START + 10_000)
    const all = scraper.metadata(() => true, '', -1)
    expect(all.length).toBe(4)
    expect(all[0]).toEqual({
      target: { env: 'x', instance: 'a:1', job: 'j' },
      metric: 'a',
      type: 'gauge',
      help: 'About a.',
      unit: '',
    })
    expect(scraper.metadata(({ instance }) => instance === 'b:1', 'b', -1)).toMatchObject([
      { metric: 'b', type: 'counter', target: { instance: 'b:1' } },
    ])
    // As Prometheus counts: a target is told whole or not at all.
    expect(scraper.metadata(() => true, '', 1).length).toBe(2)
    expect(scraper.metadata(() => true, '', 0)).toEqual([])
    await scraper[Symbol.asyncDispose]()
  })
})

describe('a reload', () => {
  test('ends the series of a target that goes, at the time its next scrape was due', async () => {
    const { next, scraper, lines } = await begin([job()], ['a 1\n'])
    await next()
    const dueMs = Number(lines[0]!.split('@')[1]) + 10_000
    await scraper.reload(settings([]))
    expect(await next(30_000)).toEqual([`a{${OWN}} stale`])
    expect(lines).toContain(`a{${OWN}} stale @${dueMs}`)
    expect(lines).toContain(`up{${OWN}} stale @${dueMs}`)
    await scraper[Symbol.asyncDispose]()
  })

  test('does not hurt a target that comes back', async () => {
    const { next, scraper } = await begin([job()], ['a 1\nb 1\n', 'a 1\n'])
    await next()
    await scraper.reload(settings([]))
    await scraper.reload(settings([job()]))
    expect(await next()).toEqual([`a{${OWN}} 1`, `b{${OWN}} stale`])
    expect((await next(20_000)).every((line) => line.endsWith(' 1'))).toBe(true)
    await scraper[Symbol.asyncDispose]()
  })

  test('with other rules ends what they no longer give', async () => {
    const { next, scraper } = await begin([job()], ['a 1\nb 1\n'])
    await next()
    await scraper.reload(
      settings([
        job({
          metric_relabel_configs: [{ source_labels: ['__name__'], regex: 'b', action: 'drop' }],
        }),
      ]),
    )
    expect(await next()).toEqual([`a{${OWN}} 1`, `b{${OWN}} stale`])
    await scraper[Symbol.asyncDispose]()
  })
})

test('Weir scrapes itself without HTTP, at once', async () => {
  const clock = new HandClock(START + 1)
  const registry = new Registry()
  const lines: string[] = []
  const scraper = await startScraper({
    config: settings([]),
    appenderFor: () => new MemoryAppender(lines),
    self: {
      kind: 'self',
      job: selfJob(),
      collect: () => Promise.resolve(Buffer.from('weir_x 1\n')),
    },
    telemetry: { registry, log: new Log(pino({ level: 'silent' }), clock) },
    clock,
  })
  await clock.moveTo(START + 1)
  expect(lines).toContain(`weir_x{instance="weir", job="weir"} 1 @${START + 1}`)
  expect(scraper.jobs()).toMatchObject([{ job: 'weir', activeCount: 1, discoverers: [] }])
  expect(JSON.stringify(registry.collect())).not.toContain('\\u0000')
  await clock.moveTo(START + 30_000)
  expect(lines.filter((line) => line.startsWith('weir_x')).length).toBe(3)
  await scraper[Symbol.asyncDispose]()
  expect(lines.some((line) => line.includes('stale'))).toBe(false)
})

describe('a scrape config', () => {
  test.each([
    [{ job_name: 'a', ec2_sd_configs: [] }, 'ec2_sd_configs is not supported; let an adapter list'],
    [{ job_name: 'a', oauth2: {} }, 'want the id of the client'],
    [{ job_name: 'a', scrape_intervall: '1s' }, 'Unrecognized key'],
    [
      { job_name: 'a', scrape_interval: '5s', scrape_timeout: '6s' },
      'want no more than scrape_interval',
    ],
    [{ job_name: 'a', basic_auth: {}, bearer_token: 'x' }, 'want at most one of'],
    [{}, 'job_name'],
  ])('%j is refused: %s', (config, want) => {
    expect(scrapeConfigs.safeParse([config]).error?.message).toContain(want)
  })

  test('has each job name once', () => {
    expect(scrapeConfigs.safeParse([job(), job()]).error?.message).toContain('want each name once')
  })
})
