import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type RecordingGroup, recordingGroups } from '@weir/alerting'
import { Labels, SampleColumns, STALE_MARKER, WeirError, isStale, systemClock } from '@weir/model'
import type { BackfillView } from '@weir/packs'
import { instantQuery, parseSelector } from '@weir/promql'
import { type Reader, type Store, openReader, openStore } from '@weir/tsdb'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findPeer } from '../http/testing/peers.ts'
import { startPrometheus } from '../http/testing/prometheus.ts'
import { importPage } from '../import/import-page.ts'
import { evaluateMatrix } from '../query/execute.ts'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { type BackfillDeps, Backfills } from './backfills.ts'

const START = 1_700_000_000
const HOURS = 20
const END = START + HOURS * 3600

/** Counters of three shops; one of them is gone for a while in the middle. */
function shops(): string {
  const lines = ['# TYPE orders counter']
  for (const shop of ['a', 'b', 'c']) {
    let value = 0
    for (let time = START; time <= END; time += 60) {
      value += (time / 60 + shop.charCodeAt(0)) % 13
      const isClosed = shop === 'b' && time > START + 5 * 3600 && time < START + 9 * 3600
      if (!isClosed) lines.push(`orders_total{shop="${shop}",zone="z"} ${value} ${time}`)
    }
  }
  return `${lines.join('\n')}\n# EOF\n`
}

const RULES = `
groups:
  - name: orders
    interval: 2m
    rules:
      - record: shop:orders:rate10m
        expr: sum by (shop) (rate(orders_total[10m]))
        labels: { team: north }
      - record: all:orders:max1h
        expr: max(max_over_time(shop:orders:rate10m[1h]))
`

let folder: string
let store: Store
let reader: Reader

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-backfill-'))
  store = await openStore({ path: join(folder, 'data'), retentionMs: 0 })
  reader = openReader(store.seat())
  const appender = store.appender({ takesHistory: true })
  await importPage(Buffer.from(shops()), 'openmetrics', 1, appender)
})
afterEach(async () => {
  reader[Symbol.dispose]()
  await store[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

function opened(query: BackfillDeps['query'] = ask): Backfills {
  return new Backfills({
    query,
    appender: async () => store.appender({ takesHistory: true }),
    clock: {
      now: () => systemClock.now(),
      monotonicMs: () => 0,
      sleep: async () => undefined,
    },
    telemetry: { registry: new Registry(), log: new Log(pino({ level: 'silent' })) },
  })
}

const ask: BackfillDeps['query'] = async (expr, range) =>
  evaluateMatrix({ kind: 'matrix', expr, ...range }, reader)

const groupsOf = (text: string): RecordingGroup[] =>
  recordingGroups({ ruleFiles: [{ fileName: 'rules.yml', text }] })

async function finished(backfills: Backfills, { id }: BackfillView): Promise<BackfillView> {
  for (;;) {
    const view = backfills.view(id)
    if (view.endedMs !== null) return view
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
}

/** All samples of a metric, by series. */
function samplesOf(name: string): Record<string, [number, number][]> {
  using querier = reader.querier(0, 2 ** 50)
  const set = querier.select({ matchers: parseSelector(name), minMs: 0, maxMs: 2 ** 50 })
  const found: Record<string, [number, number][]> = {}
  for (let i = 0; i < set.count; i++) {
    const columns = new SampleColumns()
    set.read(i, 0, 2 ** 50, columns)
    found[set.labels(i).toString()] = Array.from({ length: columns.length }, (_, k) => [
      columns.times[k]!,
      isStale(columns.values[k]!) ? -1 : columns.values[k]!,
    ])
  }
  return found
}

/** What live evaluations of a rule would have written; -1 is the stale marker. */
function live(
  expr: string,
  labels: object,
  group: RecordingGroup,
): Record<string, [number, number][]> {
  const written: Record<string, [number, number][]> = {}
  let before = new Set<string>()
  const { intervalMs, phaseMs } = group
  const first = Math.ceil((START * 1000 - phaseMs) / intervalMs) * intervalMs + phaseMs
  for (let timeMs = first; timeMs <= END * 1000; timeMs += intervalMs) {
    const { value } = instantQuery(reader, { expr, timeMs })
    const now = new Set<string>()
    for (const one of value.kind === 'vector' ? value.series : []) {
      const key = Labels.of({ ...one.labels.toJSON(), ...labels }).toString()
      ;(written[key] ??= []).push([timeMs, one.value])
      now.add(key)
    }
    for (const key of before) if (!now.has(key)) written[key]!.push([timeMs, -1])
    before = now
  }
  return written
}

describe('a backfill', () => {
  test('writes what live evaluations would have written, rule upon rule', async () => {
    await using backfills = opened()
    const [group] = groupsOf(RULES)
    const range = { startMs: START * 1000, endMs: END * 1000, stepMs: undefined }
    const { state, progress, samples, error } = await finished(
      backfills,
      backfills.begin([group!], range),
    )
    expect([state, progress, error]).toEqual(['done', 1, ''])
    const rates = live(
      'sum by (shop) (rate(orders_total[10m]))',
      { __name__: 'shop:orders:rate10m', team: 'north' },
      group!,
    )
    expect(samplesOf('shop:orders:rate10m')).toEqual(rates)
    expect(
      Object.values(rates)
        .flat()
        .filter(([, value]) => value === -1),
    ).toHaveLength(1)
    expect(samplesOf('all:orders:max1h')).toEqual(
      live('max(max_over_time(shop:orders:rate10m[1h]))', { __name__: 'all:orders:max1h' }, group!),
    )
    const all = { ...rates, ...samplesOf('all:orders:max1h') }
    expect(samples).toBe(
      Object.values(all)
        .flat()
        .filter(([, value]) => value !== -1).length,
    )
  })

  test('writes native histograms as live evaluations would have', async () => {
    const appender = store.appender({ takesHistory: true })
    const ref = appender.ref(Labels.of({ __name__: 'took', shop: 'a' }))
    for (let i = 0; i <= 60; i++) {
      appender.appendHistogram(ref, (START + i * 60) * 1000, {
        isFloat: false,
        resetHint: 'unknown',
        schema: 0,
        zeroThreshold: 0,
        zeroCount: 0,
        count: i * 3,
        sum: i * 7.5,
        positiveSpans: Int32Array.of(0, 2),
        positive: Float64Array.of(i, i * 2),
        negativeSpans: new Int32Array(0),
        negative: new Float64Array(0),
        customValues: new Float64Array(0),
      })
    }
    await appender.commit()
    await using backfills = opened()
    const [group] = groupsOf(`
groups:
  - name: took
    interval: 5m
    rules: [{ record: 'all:took:rate10m', expr: 'sum(rate(took[10m]))' }]
`)
    const range = { startMs: START * 1000, endMs: (START + 7200) * 1000, stepMs: 600_000 }
    const { state, samples } = await finished(backfills, backfills.begin([group!], range))
    expect(state).toBe('done')
    const at = (timeMs: number, expr: string): unknown => {
      const { value } = instantQuery(reader, { expr, timeMs, options: { lookbackMs: 1 } })
      return value.kind === 'vector'
        ? value.series.map(({ histogram }) => histogram ?? 'no histogram')
        : []
    }
    let written = 0
    for (let timeMs = range.startMs; timeMs <= range.endMs; timeMs += range.stepMs) {
      const want = at(timeMs, 'sum(rate(took[10m]))')
      expect(at(timeMs, 'all:took:rate10m')).toEqual(want)
      written += (want as unknown[]).length
    }
    expect(samples).toBe(written)
    expect(written).toBeGreaterThan(5)
  })

  test('done again changes nothing', async () => {
    await using backfills = opened()
    const range = { startMs: START * 1000, endMs: END * 1000, stepMs: undefined }
    await finished(backfills, backfills.begin(groupsOf(RULES), range))
    const before = samplesOf('{__name__=~".*:orders:.*"}')
    await finished(backfills, backfills.begin(groupsOf(RULES), range))
    expect(samplesOf('{__name__=~".*:orders:.*"}')).toEqual(before)
  })

  test('takes shorter slices when a query is too much', async () => {
    const asked: number[] = []
    await using backfills = opened(async (expr, range, signal) => {
      const steps = (range.endMs - range.startMs) / range.stepMs + 1
      asked.push(steps)
      if (steps > 50) throw new WeirError('QUERY_TOO_MANY_SAMPLES', 'too many')
      return ask(expr, range, signal)
    })
    const range = { startMs: START * 1000, endMs: END * 1000, stepMs: 60_000 }
    const view = await finished(backfills, backfills.begin(groupsOf(RULES), range))
    expect(view.state).toBe('done')
    expect(asked.slice(0, 5)).toEqual([360, 180, 90, 45, 45])
    expect(Object.keys(samplesOf('shop:orders:rate10m'))).toHaveLength(3)
  })

  test('that is canceled stops after the slice under way; the next one begins', async () => {
    let cancel = (): void => undefined
    await using backfills = opened((expr, range, signal) => {
      cancel()
      return ask(expr, range, signal)
    })
    const range = { startMs: START * 1000, endMs: END * 1000, stepMs: 60_000 }
    const first = backfills.begin(groupsOf(RULES), range)
    const second = backfills.begin(groupsOf(RULES), range)
    const third = backfills.begin(groupsOf(RULES), { ...range, endMs: range.startMs + 600_000 })
    cancel = () => {
      backfills.cancel(first.id)
      cancel = () => undefined
    }
    expect(backfills.cancel(second.id).state).toBe('canceled')
    expect(await finished(backfills, first)).toMatchObject({ state: 'canceled', error: '' })
    expect((await finished(backfills, first)).progress).toBeLessThan(0.5)
    expect((await finished(backfills, third)).state).toBe('done')
    expect(backfills.views().map(({ id }) => id)).toEqual([third.id, second.id, first.id])
  })

  test.each([
    ['orders_total', 'labels: { shop: x }', 'vector contains metrics with the same'],
    ['orders_total', 'limit: 2', 'exceeded limit of 2 with 3 series'],
    ['rate(orders_total[5m]) + on () orders_total', '', 'many-to-many'],
  ])('of %s with %j fails: %s', async (expr, also, why) => {
    await using backfills = opened()
    const text = `groups: [{ name: g, ${also === '' ? '' : `${also}, `}rules: [{ record: r, expr: '${expr}' }] }]`
    const range = { startMs: START * 1000, endMs: END * 1000, stepMs: undefined }
    const view = await finished(backfills, backfills.begin(groupsOf(text), range))
    expect(view.state).toBe('failed')
    expect(view.error).toContain(why)
  })

  test('waits in a line that is not endless', async () => {
    await using backfills = opened(() => new Promise(() => undefined))
    const range = { startMs: START * 1000, endMs: END * 1000, stepMs: undefined }
    for (let i = 0; i < 21; i++) backfills.begin(groupsOf(RULES), range)
    expect(() => backfills.begin(groupsOf(RULES), range)).toThrow('20 are waiting already')
    for (const { id } of backfills.views()) backfills.cancel(id)
  })
})

test('the stale marker comes through columns bit by bit', () => {
  const { values } = evaluateMatrix(
    {
      kind: 'matrix',
      expr: 'orders_total < 0',
      startMs: START * 1000,
      endMs: END * 1000,
      stepMs: 6e4,
    },
    reader,
  )
  expect(values).toHaveLength(0)
  expect(isStale(new Float64Array(3).fill(STALE_MARKER)[1]!)).toBe(true)
})

test('promtool writes the same samples', { timeout: 60_000 }, async (context) => {
  const prometheus = findPeer('prometheus')
  const promtool = findPeer('promtool')
  if (prometheus === undefined || promtool === undefined) {
    return context.skip('prometheus and promtool are not installed (WEIR_PEERS)')
  }
  const text = RULES.replace(/ {6}- record: all[\s\S]*$/, '')
  const rules = join(folder, 'rules.yml')
  writeFileSync(rules, text)
  const blocks = join(folder, 'blocks')
  await using source = await startPrometheus({ prometheus, promtool }, shops())
  await promisify(execFile)(promtool, [
    'tsdb',
    'create-blocks-from',
    'rules',
    '--url',
    source.url,
    '--output-dir',
    blocks,
    '--start',
    String(START),
    '--end',
    String(END),
    '--eval-interval',
    '2m',
    rules,
  ])
  mkdirSync(join(blocks, 'wal')) // promtool looks for one
  const dump = await promisify(execFile)(promtool, ['tsdb', 'dump', blocks], { maxBuffer: 2 ** 26 })
  const want: Record<string, [number, number][]> = {}
  for (const line of dump.stdout.trim().split('\n')) {
    const [, labels = '', value, time] = /^(\{.*\}) (\S+) (\d+)$/.exec(line) ?? []
    ;(want[labels] ??= []).push([Number(time), Number(value)])
  }
  const first = Math.min(
    ...Object.values(want)
      .flat()
      .map(([time]) => time),
  )
  await using backfills = opened()
  const range = { startMs: first, endMs: END * 1000, stepMs: 120_000 }
  await finished(backfills, backfills.begin(groupsOf(text), range))
  const got = Object.values(samplesOf('shop:orders:rate10m')).map((samples) =>
    samples.filter(([, value]) => value !== -1),
  )
  expect(got).toHaveLength(3)
  const rounded = (all: [number, number][][]): string[] =>
    all.map((one) => JSON.stringify(one.map(([t, v]) => [t, v.toPrecision(12)]))).toSorted()
  expect(rounded(got)).toEqual(rounded(Object.values(want)))
})
