import { Labels, type SeriesRef } from '@weir/model'
import { openStore } from '@weir/tsdb'
import { encodeWriteRequestV1, encodeWriteRequestV2, packSnappy } from '@weir/wire'
import * as fc from 'fast-check'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { StepClock } from '../access/testing/step-clock.ts'
import type { TokenQuota } from '../access/tokens/token-quota.ts'
import { influxConfig } from '../influx/config.ts'
import { InfluxReceiver } from '../influx/receiver.ts'
import { otlpConfig } from '../otlp/config.ts'
import { OtlpReceiver, type OtlpRequest } from '../otlp/receiver.ts'
import { RemoteWriteReceiver } from '../remote-write/receiver.ts'
import { MemoryAppender } from '../scrape/testing/memory-appender.ts'
import { Registry } from '../telemetry/registry.ts'
import type { PushOutcome } from './outcome.ts'
import { BEYOND_TOKEN, TokenAppender } from './token-appender.ts'

const HOUR_MS = 3_600_000
const limits = { labelsMax: 64, nameBytesMax: 1024, valueBytesMax: 1000 }
const quota = (name: string, seriesMax: number): TokenQuota => ({
  id: `id-${name}`,
  name,
  seriesMax,
})

/** Knows which numbers are out. */
class CountingAppender extends MemoryAppender {
  readonly #uses = new Map<SeriesRef, number>()

  get out(): number {
    return [...this.#uses.values()].filter((uses) => uses > 0).length
  }

  override ref(labels: Labels): SeriesRef {
    const ref = super.ref(labels)
    this.#uses.set(ref, (this.#uses.get(ref) ?? 0) + 1)
    return ref
  }

  override release(ref: SeriesRef): void {
    const uses = this.#uses.get(ref) ?? 0
    if (uses === 0) throw new Error(`number ${ref} is not out`)
    this.#uses.set(ref, uses - 1)
  }
}

function stand() {
  const clock = new StepClock()
  const registry = new Registry()
  const lines: string[] = []
  const inner = new CountingAppender(lines)
  const appender = new TokenAppender(inner, { clock, registry })
  const metric = (name: string): Record<string, number> => {
    appender.publish()
    const samples = registry.collect().find((family) => family.name === name)?.samples ?? []
    return Object.fromEntries(samples.map(({ labels, value }) => [labels.get('token'), value]))
  }
  return { clock, lines, inner, appender, metric }
}

type Send = (names: readonly string[]) => Promise<PushOutcome>

/** Each way of pushing that goes through the appender: sends one sample each of series of these names. */
function waysIn(here: ReturnType<typeof stand>): Readonly<Record<string, Send>> {
  const { appender, clock } = here
  const shared = { appender, clock, seed: 1 }
  const written = new RemoteWriteReceiver({
    ...shared,
    limits: { unpackedBytesMax: 1 << 20, samplesMax: 1000, labels: limits },
  })
  const series = (names: readonly string[]) =>
    names.map((name) => ({ labels: ['__name__', name], samples: [[1000, 1] as const] }))
  const config = influxConfig.parse({})
  const influx = new InfluxReceiver({ ...shared, labels: limits, config })
  const otlp = new OtlpReceiver({
    ...shared,
    limits: {
      unpackedBytesMax: 1 << 20,
      samplesMax: 1000,
      depthMax: 8,
      deltaStreamsMax: 100,
      deltaStaleMs: HOUR_MS,
      labels: limits,
    },
  })
  return {
    'remote write 1.0': (names) =>
      written.take(packSnappy(encodeWriteRequestV1(series(names))), '1.0'),
    'remote write 2.0': (names) =>
      written.take(packSnappy(encodeWriteRequestV2(series(names))), '2.0'),
    influx: (names) => {
      const body = new Uint8Array(Buffer.from(names.map((name) => `${name} v=1 1000`).join('\n')))
      return influx.take({ body, encoding: '', precision: 'ms', db: '' })
    },
    otlp: (names) => {
      if (names[0]?.startsWith('{') === true) return otlp.take(otlpRequest(names[0]))
      const metrics = names.map((name) => ({
        name,
        gauge: { dataPoints: [{ timeUnixNano: '1000000000', asDouble: 1 }] },
      }))
      const text = JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] })
      return otlp.take(otlpRequest(text))
    },
  }
}

function otlpRequest(text: string): OtlpRequest {
  const body = new Uint8Array(Buffer.from(text))
  return { body, encoding: 'json', contentEncoding: '', translation: otlpConfig.parse({}) }
}

test.each(['remote write 1.0', 'remote write 2.0', 'influx', 'otlp'])(
  '%s: series beyond those of the token are refused and counted, those it has go on',
  async (way) => {
    const here = stand()
    const send = waysIn(here)[way]!
    const loader = quota('loader', 2)
    const by = (who: TokenQuota | undefined, ...names: string[]): Promise<PushOutcome> =>
      here.appender.by(who, () => send(names))
    expect(await by(loader, 'a', 'b')).toMatchObject({ samples: 2, rejected: {} })
    expect(await by(loader, 'c', 'b', 'd', 'a')).toMatchObject({
      samples: 2,
      rejected: { token_series_limit: 2 },
      example: 'the token "loader" may send 2 series at a time, and does',
    })
    expect(await by(undefined, 'c', 'd', 'e')).toMatchObject({ samples: 3, rejected: {} })
    expect(await by(quota('other', 9), 'c', 'd')).toMatchObject({ samples: 2, rejected: {} })
    expect(await by(loader, 'c')).toMatchObject({ samples: 0, rejected: { token_series_limit: 1 } })
    expect(here.metric('weir_access_token_series')).toEqual({ loader: 2, other: 2 })
    expect(here.metric('weir_access_token_series_refused_total')).toEqual({ loader: 3 })
    here.clock.pass(HOUR_MS)
    expect(here.metric('weir_access_token_series')).toEqual({})
    expect(await by(loader, 'c')).toMatchObject({ samples: 1, rejected: {} })
  },
)

test.each(['remote write 1.0', 'remote write 2.0', 'influx', 'otlp'])(
  '%s: a flood of refused series leaves no number behind, and puts nothing in the place of those that were there',
  async (way) => {
    const here = stand()
    const send = waysIn(here)[way]!
    const by = (...names: string[]): Promise<PushOutcome> =>
      here.appender.by(quota('loader', 3), () => send(names))
    await by('a', 'b', 'c')
    for (let i = 0; i < 20; i++) {
      const flood = Array.from({ length: 50 }, (_, k) => `flood_${i}_${k}`)
      expect(await by(...flood, 'b', 'flood_0_0')).toMatchObject({
        samples: 1,
        rejected: { token_series_limit: 51 },
      })
    }
    expect(here.inner.out).toBe(3)
    expect(here.lines.filter((line) => line.includes('flood'))).toEqual([])
    expect(await by('a', 'b', 'c')).toMatchObject({ samples: 3, rejected: {} })
    expect(await send(['flood_0_0'])).toMatchObject({ samples: 1, rejected: {} })
    expect(here.inner.out).toBe(4)
  },
)

test('a histogram of which a part is beyond the token is asked for again when there is room', async () => {
  const here = stand()
  const { otlp } = waysIn(here)
  const point = (startTimeUnixNano: string): string =>
    JSON.stringify({
      resourceMetrics: [
        {
          scopeMetrics: [
            {
              metrics: [
                {
                  name: 'h',
                  histogram: {
                    aggregationTemporality: 2,
                    dataPoints: [
                      {
                        startTimeUnixNano,
                        timeUnixNano: '2000000000',
                        count: 3,
                        sum: 3,
                        explicitBounds: [1, 2],
                        bucketCounts: [1, 1, 1],
                      },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
    })
  const by = (who: TokenQuota): Promise<PushOutcome> =>
    here.appender.by(who, () => otlp!([point('1000000000')]))
  expect(await by(quota('small', 2))).toMatchObject({
    samples: 2,
    rejected: { token_series_limit: 3 },
  })
  expect(await by(quota('large', 9))).toMatchObject({ samples: 5, rejected: {} })
  expect(await by(quota('small', 2))).toMatchObject({ samples: 2 })
  expect(here.inner.out).toBe(5)
})

test('what a receiver forgets counts on for its token, under the same number, until it has not come for long', async () => {
  const here = stand()
  const { appender, inner } = here
  const named = (name: string): SeriesRef =>
    appender.by(quota('a', 1), () => appender.ref(Labels.of({ __name__: name })))
  const x = named('x')
  appender.release(x)
  expect(named('y')).toBe(BEYOND_TOKEN)
  expect(named('x')).toBe(x)
  appender.release(x)
  expect(inner.out).toBe(1)
  here.clock.pass(HOUR_MS)
  expect(here.metric('weir_access_token_series')).toEqual({})
  expect(inner.out).toBe(0)
  expect(named('y')).not.toBe(BEYOND_TOKEN)
})

test('a request that cannot be read leaves nothing for the next', async () => {
  const here = stand()
  const send = waysIn(here)['influx']!
  await here.appender.by(quota('a', 1), () => send(['x', 'y']))
  expect(() =>
    here.appender.by(quota('a', 1), () => {
      throw new Error('unreadable')
    }),
  ).toThrow('unreadable')
  expect(await send(['y', 'z'])).toMatchObject({ samples: 2, rejected: {} })
})

test('whatever tokens send, in any order: never more series than they may, never one refused that is active', async () => {
  const op = fc.oneof(
    fc.record({
      token: fc.constantFrom('a', 'b', undefined),
      series: fc.array(fc.nat(7), { minLength: 1, maxLength: 5 }),
    }),
    fc.record({ release: fc.nat(7) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(op, { maxLength: 60 }), async (ops) => {
      const { appender, metric } = stand()
      const quotas = { a: quota('a', 3), b: quota('b', 5) }
      const active = { a: new Set<number>(), b: new Set<number>() }
      const refs = new Map<number, SeriesRef>()
      const refOf = (series: number): SeriesRef => {
        const known = refs.get(series)
        if (known !== undefined) return known
        const ref = appender.ref(Labels.of({ __name__: `s${series}` }))
        refs.set(series, ref)
        return ref
      }
      for (const one of ops) {
        if ('release' in one) {
          const ref = refs.get(one.release)
          if (ref === undefined) continue
          appender.release(ref)
          appender.end(ref)
          refs.delete(one.release)
          for (const set of Object.values(active)) set.delete(one.release)
          continue
        }
        const { token, series } = one
        const numbers = Uint32Array.from(series, refOf)
        const zeros = new Float64Array(series.length)
        const result = await appender.by(token === undefined ? undefined : quotas[token], () => {
          appender.appendColumns({ refs: numbers, times: zeros, values: zeros }, series.length)
          return appender.commit()
        })
        let refused = 0
        for (const s of token === undefined ? [] : series) {
          const mine = active[token!]
          if (mine.has(s) || mine.size < quotas[token!].seriesMax) mine.add(s)
          else refused++
        }
        expect(result.appended).toBe(series.length - refused)
        expect(result.rejected).toEqual(refused === 0 ? {} : { token_series_limit: refused })
      }
      const counts = Object.entries(active).map(([name, set]) => [name, set.size] as const)
      expect(metric('weir_access_token_series')).toEqual(
        Object.fromEntries(counts.filter(([, size]) => size > 0)),
      )
    }),
    { numRuns: 60 },
  )
})

test('a number that the store gives to another series does not stand for the old one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-quota-'))
  const store = await openStore({ path: folder, clock: new StepClock() })
  const telling = { clock: new StepClock(), registry: new Registry() }
  const appender = new TokenAppender(store.appender(), telling)
  const send = (name: string) => {
    const ref = appender.ref(Labels.of({ __name__: name }))
    const sent = appender.by(quota('a', 1), () => {
      appender.append(ref, 1000, 1)
      return appender.commit()
    })
    return { ref, sent }
  }
  const first = send('x')
  expect(await first.sent).toMatchObject({ appended: 1 })
  expect(await send('y').sent).toMatchObject({ appended: 0, rejected: { token_series_limit: 1 } })
  appender.release(first.ref)
  appender.end(first.ref)
  await appender.commit()
  const next = send('z')
  expect(next.ref).toBe(first.ref)
  expect(await next.sent).toMatchObject({ appended: 1 })
  appender.close()
  await store[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})
