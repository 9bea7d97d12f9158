import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type QueryValue, rangeQuery } from '@weir/promql'
import { openReader, openStore } from '@weir/tsdb'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findPeer } from '../http/testing/peers.ts'
import { startPrometheus } from '../http/testing/prometheus.ts'
import type { ImportFormat, ImportResult } from './import-page.ts'
import { importIntoFolder } from './into-folder.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-import-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function take(text: string, format: ImportFormat = 'openmetrics'): Promise<ImportResult> {
  await using target = await importIntoFolder(folder)
  return await target.send(Buffer.from(text), format, 1)
}

async function ask(expr: string, startS: number, endS: number, stepS: number): Promise<unknown> {
  await using store = await openStore({ path: folder, retentionMs: 0 })
  using reader = openReader(store.seat())
  const range = { startMs: startS * 1000, endMs: endS * 1000, stepMs: stepS * 1000 }
  return shown(rangeQuery(reader, { expr, ...range }).value)
}

function shown(value: QueryValue): unknown {
  if (value.kind !== 'matrix') throw new Error(value.kind)
  return value.series.map(({ labels, times, values }) => ({
    metric: Object.fromEntries(labels),
    values: [...values].map((one, i) => [times[i]! / 1000, Number(one.toPrecision(9))]),
  }))
}

describe('a page', () => {
  test('is taken whole, with what it says of its metrics', async () => {
    const text =
      '# TYPE a counter\n# HELP a So.\na_total{b="c",d=""} 1 10\na_total{b="c"} 2 20\n# EOF\n'
    expect(await take(text)).toEqual({ appended: 2, rejected: {}, example: '', oldestMs: 10_000 })
    await using store = await openStore({ path: folder, retentionMs: 0 })
    using reader = openReader(store.seat())
    expect(reader.metadata().get('a')).toEqual({ type: 'counter', help: 'So.', unit: '' })
    expect(store.stats().series).toBe(1)
  })

  test('taken again changes nothing; what was there first stays', async () => {
    await take('a 1 1000\na 2 61000\n', 'text')
    const before = await ask('a', 1, 100, 60)
    expect(await take('a 1 1000\na 2 61000\n', 'text')).toMatchObject({ rejected: {} })
    await take('a 7 1000\n', 'text')
    expect(await ask('a', 1, 100, 60)).toEqual(before)
  })

  test.each([
    ['openmetrics', 'a 1 1\nb 2\n# EOF\n', 'line 2: want a time after the value'],
    ['openmetrics', '# TYPE a gauge\na 1 1\na x 2\n# EOF\n', 'line 3: want a number as the value'],
    ['openmetrics', 'a 1 1\n', 'the page does not end with # EOF'],
    ['text', '\n# note\na 1 1\n\nb 2\n', 'line 5: want a time after the value'],
    ['text', 'a 1 1.5\n', 'line 1: want whole milliseconds'],
  ] as const)('of %s, %j, is refused: %s', async (format, text, why) => {
    await expect(take(text, format)).rejects.toThrow(why)
    expect(await ask('{__name__=~".+"}', 0, 10, 1)).toEqual([])
  })
})

const programs = { prometheus: findPeer('prometheus'), promtool: findPeer('promtool') }

test('Prometheus answers the same from the same file', { timeout: 60_000 }, async (context) => {
  const { prometheus, promtool } = programs
  if (prometheus === undefined || promtool === undefined) {
    return context.skip('prometheus and promtool are not installed (WEIR_PEERS)')
  }
  const [from, to] = [1_700_000_000, 1_700_000_000 + 2 * 86_400]
  const lines = ['# TYPE orders counter']
  for (const shop of ['a', 'b']) {
    let value = 0
    for (let time = from; time <= to; time += 60) {
      value = (time / 60) % 700 === 3 ? 0 : value + (time % 17)
      lines.push(`orders_total{shop="${shop}"} ${value} ${time}.25`)
    }
  }
  lines.push('# TYPE took histogram')
  for (const [i, le] of ['0.1', '1', '+Inf'].entries()) {
    for (let time = from; time <= to; time += 300) {
      lines.push(`took_bucket{le="${le}"} ${Math.floor((time - from) / (30 - i * 10))} ${time}`)
    }
  }
  const text = `${lines.join('\n')}\n# EOF\n`
  await take(text)
  await using peer = await startPrometheus({ prometheus, promtool }, text)
  for (const expr of [
    'orders_total',
    'rate(orders_total[1h])',
    'sum(increase(orders_total[6h]))',
    'histogram_quantile(0.7, sum by (le) (rate(took_bucket[2h])))',
    'count_over_time({__name__=~".+"}[1d])',
  ]) {
    const form = new URLSearchParams({ query: expr, start: `${from}`, end: `${to}`, step: '1800' })
    const reply = await fetch(`${peer.url}/api/v1/query_range?${form.toString()}`)
    const { data } = (await reply.json()) as {
      readonly data: { readonly result: readonly { metric: object; values: [number, string][] }[] }
    }
    const want = data.result.map(({ metric, values }) => ({
      metric,
      values: values.map(([time, value]) => [time, Number(Number(value).toPrecision(9))]),
    }))
    expect(want.length, expr).toBeGreaterThan(0)
    expect(await ask(expr, from, to, 1800), expr).toEqual(want)
  }
})
