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
import { OtlpReceiver } from '../otlp/receiver.ts'
import { RemoteWriteReceiver } from '../remote-write/receiver.ts'
import { MemoryAppender } from '../scrape/testing/memory-appender.ts'
import { Registry } from '../telemetry/registry.ts'
import type { PushOutcome } from './outcome.ts'
import { TokenAppender } from './token-appender.ts'
import { TokenQuotas } from './token-quotas.ts'

const HOUR_MS = 3_600_000
const limits = { labelsMax: 64, nameBytesMax: 1024, valueBytesMax: 1000 }
const quota = (name: string, seriesMax: number): TokenQuota => ({
  id: `id-${name}`,
  name,
  seriesMax,
})

function stand() {
  const clock = new StepClock()
  const registry = new Registry()
  const quotas = new TokenQuotas<SeriesRef>('series', clock, registry)
  const lines: string[] = []
  const appender = new TokenAppender(new MemoryAppender(lines), quotas)
  const metric = (name: string): Record<string, number> => {
    quotas.publish()
    const samples = registry.collect().find((family) => family.name === name)?.samples ?? []
    return Object.fromEntries(samples.map(({ labels, value }) => [labels.get('token'), value]))
  }
  return { clock, quotas, lines, appender, metric }
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
      const metrics = names.map((name) => ({
        name,
        gauge: { dataPoints: [{ timeUnixNano: '1000000000', asDouble: 1 }] },
      }))
      const text = JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] })
      const body = new Uint8Array(Buffer.from(text))
      const translation = otlpConfig.parse({})
      return otlp.take({ body, encoding: 'json', contentEncoding: '', translation })
    },
  }
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
  const quotas = new TokenQuotas<SeriesRef>('series', new StepClock(), new Registry())
  const appender = new TokenAppender(store.appender(), quotas)
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
  await appender.commit()
  const next = send('z')
  expect(next.ref).toBe(first.ref)
  expect(await next.sent).toMatchObject({ appended: 1 })
  appender.close()
  await store[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})
