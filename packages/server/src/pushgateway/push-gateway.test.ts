import { type CommitResult, type SeriesRef, WeirError } from '@weir/model'
import { encodeProtobufPage, exposition } from '@weir/wire'
import { describe, expect, test } from 'vitest'
import { HandClock } from '../scrape/testing/hand-clock.ts'
import { MemoryAppender } from '../scrape/testing/memory-appender.ts'
import { type GatewayStand, gatewayStand } from './testing/gateway-stand.ts'

const SECOND = 1000

/** Pushes text; gives what reached the store of it, without the two times that each group has. */
async function push(
  { gateway, lines }: GatewayStand,
  method: 'PUT' | 'POST',
  path: string,
  body: string | Uint8Array,
  contentType = '',
): Promise<string[]> {
  lines.length = 0
  await gateway.push({
    path: `/metrics/job/${path}`,
    body: Buffer.from(body),
    contentType,
    contentEncoding: '',
    replace: method === 'PUT',
  })
  return told(lines)
}

const PUSH = { path: '/metrics/job/a', contentType: '', contentEncoding: '', replace: true }

const told = (lines: readonly string[]): string[] =>
  lines.filter((line) => !line.startsWith('push_'))

describe('a push', () => {
  test('is in the store at the time of the push, with the labels of its group, none of which is empty', async () => {
    const stand = gatewayStand()
    await stand.clock.moveTo(5000)
    expect(
      await push(stand, 'PUT', 'a/x//y/1', 'm{job="z",y="2",k="v",instance=""} 1\nn{x="3"} NaN\n'),
    ).toEqual(['m{job="a", k="v", y="1"} 1 @5000', 'n{job="a", y="1"} NaN @5000'])
    expect(stand.lines.filter((line) => line.startsWith('push_'))).toEqual([
      'push_time_seconds{job="a", y="1"} 5 @5000',
      'push_failure_time_seconds{job="a", y="1"} 0 @5000',
    ])
  })

  test('by PUT replaces the group, by POST the metrics of the same names', async () => {
    const stand = gatewayStand()
    await push(stand, 'PUT', 'a', 'm{k="1"} 1\nm{k="2"} 1\nn 1\n')
    await stand.clock.moveTo(1000)
    expect(await push(stand, 'POST', 'a', 'm{k="2"} 2\n')).toEqual([
      'm{job="a", k="1"} stale @1000',
      'm{job="a", k="2"} 2 @1000',
    ])
    await stand.clock.moveTo(2000)
    expect(await push(stand, 'PUT', 'a', 'o 3\n')).toEqual([
      'n{job="a"} stale @2000',
      'm{job="a", k="2"} stale @2000',
      'o{job="a"} 3 @2000',
    ])
    expect(stand.gateway.views()).toMatchObject([{ labels: { job: 'a' }, metrics: 1, series: 1 }])
  })

  test('at the same millisecond as the one before is a millisecond later', async () => {
    const stand = gatewayStand()
    await push(stand, 'PUT', 'a', 'm 1\n')
    expect(await push(stand, 'PUT', 'a', 'm 2\n')).toEqual(['m{job="a"} 2 @1'])
  })

  test('may be protobuf or OpenMetrics, with native histograms and exemplars', async () => {
    const stand = gatewayStand()
    const native = {
      isFloat: false,
      resetHint: 'unknown',
      schema: 0,
      zeroThreshold: 0,
      zeroCount: 0,
      count: 3,
      sum: Number.NaN,
      positiveSpans: Int32Array.of(1, 1),
      positive: Float64Array.of(3),
      negativeSpans: new Int32Array(),
      negative: new Float64Array(),
      customValues: new Float64Array(),
    } as const
    const page = encodeProtobufPage([
      { name: 'h', help: 'H', type: 'histogram', metrics: [{ labels: ['k', 'v'], native }] },
    ])
    const h = 'h{job="a", k="v"} {count 3, sum NaN: 0 1 2 3}'
    expect(
      await push(stand, 'PUT', 'a', page, 'application/vnd.google.protobuf; encoding=delimited'),
    ).toEqual([`${h} @0`])
    const open = '# TYPE c counter\nc_total 1 # {t="x"} 0.5\n# EOF\n'
    expect(await push(stand, 'POST', 'a', open, 'application/openmetrics-text')).toEqual([
      'c_total{job="a"} # {t="x"} 0.5 @0',
      'c_total{job="a"} 1 @0',
    ])
    // What is written down comes back.
    const again = gatewayStand({}, { keys: stand.keys })
    await again.clock.moveTo(0)
    expect(told(again.lines)).toEqual([`${h} @0`, 'c_total{job="a"} 1 @0'])
  })

  test.each([
    ['m{\n', 'text format parsing error in line 1: want a label name or } inside the braces'],
    ['m 1 5\n', 'inconsistent with existing metrics: pushed metrics must not have timestamps'],
    ['m 1\nm 2\n', 'collected metric "m" m{job="a"} was collected before with the same name'],
    ['m{job="1"} 1\nm{job="2"} 2\n', 'm{job="a"} was collected before with the same name'],
    ['# TYPE g counter\ng 1\n', 'collected metric "g" g{job="a"} is not a GAUGE'],
    ['g 1\n', 'collected metric "g" g{job="a"} is not a GAUGE'],
    [
      '# TYPE h histogram\nh_bucket{le="+Inf"} 1\n# TYPE h_sum gauge\nh_sum{k="v"} 1\n',
      'collected histogram named "h" collides with previously collected metric named "h_sum"',
    ],
    ['s_count 1\n', 'metric named "s_count" collides with previously collected summary named "s"'],
    ['g{k="v"} 1\n', 'is not a GAUGE'],
  ])('%j is refused: %s', async (body, why) => {
    const stand = gatewayStand()
    await push(stand, 'PUT', 'other', '# TYPE g gauge\ng 1\n# TYPE s summary\ns_sum 1\n')
    await expect(push(stand, 'PUT', 'a', body)).rejects.toThrow(why)
  })

  test('that is refused changes nothing but the time of failure, and may begin a group', async () => {
    const stand = gatewayStand()
    await stand.clock.moveTo(SECOND)
    await expect(push(stand, 'PUT', 'a', 'm 1 5\n')).rejects.toThrow('timestamps')
    expect(stand.lines).toEqual([
      'push_failure_time_seconds{job="a"} 1 @1000',
      'push_time_seconds{job="a"} 0 @1000',
    ])
    await push(stand, 'PUT', 'a', 'm 1\n')
    await stand.clock.moveTo(2 * SECOND)
    await expect(push(stand, 'PUT', 'a', 'm 1\nm 2\n')).rejects.toThrow('before')
    expect(stand.lines).toEqual(['push_failure_time_seconds{job="a"} 2 @2000'])
    expect(stand.gateway.views()).toEqual([
      {
        labels: { job: 'a' },
        pushedAtMs: SECOND,
        failedAtMs: 2 * SECOND,
        lastError:
          'collected metric "m" m{job="a"} was collected before with the same name and label values',
        metrics: 1,
        series: 1,
      },
    ])
  })

  test('may change the type of its own metric, and takes a name that nobody has any more', async () => {
    const stand = gatewayStand()
    await push(stand, 'PUT', 'a', '# TYPE m gauge\nm 1\n')
    expect(await push(stand, 'POST', 'a', '# TYPE m counter\nm 2\n')).toEqual(['m{job="a"} 2 @1'])
    await push(stand, 'PUT', 'a', '# TYPE m_sum gauge\nm_sum 1\n')
    expect(await push(stand, 'PUT', 'b', '# TYPE m gauge\nm 1\n')).toEqual(['m{job="b"} 1 @0'])
    await expect(push(stand, 'PUT', 'c/k/v', 'm 1\n')).rejects.toThrow('not a GAUGE')
  })

  test('is taken as it is when nobody is to look', async () => {
    const stand = gatewayStand({ consistency_check: false })
    await push(stand, 'PUT', 'a', '# TYPE m gauge\nm 1\n')
    expect(await push(stand, 'PUT', 'b', '# TYPE m counter\nm 1\n')).toEqual(['m{job="b"} 1 @0'])
    await expect(push(stand, 'PUT', 'b', 'm 1 2\n')).rejects.toThrow('timestamps')
  })

  test('beyond a limit is refused, and one within it goes on', async () => {
    const stand = gatewayStand({ max_groups: 2, max_series: 8, max_samples: 5 })
    await push(stand, 'PUT', 'a', 'm 1\n')
    await push(stand, 'PUT', 'b', 'm 1\n')
    const code = (of: string): unknown => expect.objectContaining({ code: of })
    await expect(push(stand, 'PUT', 'c', 'm 1\n')).rejects.toEqual(code('PUSH_GATEWAY_LIMIT'))
    const three = 'm{k="1"} 1\nm{k="2"} 1\nm{k="3"} 1\n'
    await expect(push(stand, 'PUT', 'a', three + 'n 1\n')).rejects.toEqual(
      code('PUSH_GATEWAY_LIMIT'),
    )
    expect(await push(stand, 'PUT', 'a', 'm 2\n')).toHaveLength(1)
    const six = Array.from({ length: 6 }, (_, i) => `m{k="${i}"} 1\n`).join('')
    await expect(push(stand, 'PUT', 'a', six)).rejects.toEqual(code('HTTP_TOO_LARGE'))
  })
})

describe('what the store would not take', () => {
  test('is counted and not held; the rest of the push is', async () => {
    const { gateway, lines } = gatewayStand()
    const many = Array.from({ length: 100 }, (_, i) => `l${i}="x"`).join()
    const body = `m{k="${'x'.repeat(5000)}"} 1\nm{k="short"} 1\n${'n'.repeat(5000)} 1\no{${many}} 1\n`
    const outcome = await gateway.push({ ...PUSH, body: Buffer.from(body) })
    expect(outcome).toMatchObject({ samples: 3, rejected: { label_limit: 3 }, example: 'm' })
    expect(told(lines)).toEqual(['m{job="a", k="short"} 1 @0'])
    expect(gateway.views()).toMatchObject([{ metrics: 1, series: 1, lastError: '' }])
    expect(JSON.stringify(gateway.records()).length).toBeLessThan(2000)
  })

  test('is no group', async () => {
    const { gateway } = gatewayStand()
    for (const path of [
      `b/x/${'y'.repeat(5000)}`,
      `b${'/x1/y/x2/z'.replaceAll('x', 'x'.repeat(2000))}`,
    ]) {
      const pushed = gateway.push({
        ...PUSH,
        path: `/metrics/job/${path}`,
        body: Buffer.from('m 1\n'),
      })
      await expect(pushed).rejects.toMatchObject({
        code: 'PUSH_GATEWAY_INVALID',
        message: expect.stringContaining('longer labels') as string,
      })
    }
    expect(gateway.views()).toEqual([])
  })

  test.each([
    ['samples', 'm 1\n', 'text/plain'],
    ['exemplars', 'm_total 1 # {a="b"} 1\n', 'application/openmetrics-text'],
    ['lines about metrics', '# HELP a b\n', 'text/plain'],
  ])('because of too many %s is not even read to its end', async (_what, line, contentType) => {
    const { gateway } = gatewayStand({ max_samples: 300 })
    // What cannot be read comes after what is too much.
    const body = Buffer.from(`${line.repeat(3000)}}}}\n`)
    const pushed = gateway.push({ ...PUSH, body, contentType })
    await expect(pushed).rejects.toMatchObject({ code: 'HTTP_TOO_LARGE' })
  })
})

describe('between pushes', () => {
  test('values are repeated at the interval, each metric by its own time, and after a restart', async () => {
    const stand = gatewayStand({ repeat_interval: 10 * SECOND })
    await push(stand, 'PUT', 'a', 'm 1\nn 1\n')
    await stand.clock.moveTo(6 * SECOND)
    await push(stand, 'POST', 'a', 'n 2\n')
    stand.lines.length = 0
    await stand.clock.moveTo(16 * SECOND)
    expect(told(stand.lines)).toEqual(['m{job="a"} 1 @10000', 'n{job="a"} 2 @16000'])
    await stand.gateway[Symbol.asyncDispose]()
    const clock = new HandClock(60 * SECOND)
    const again = gatewayStand({ repeat_interval: 10 * SECOND }, { keys: stand.keys, clock })
    await clock.moveTo(60 * SECOND)
    expect(told(again.lines).toSorted()).toEqual(['m{job="a"} 1 @60000', 'n{job="a"} 2 @60000'])
    expect(again.lines).toContain('push_time_seconds{job="a"} 6 @60000')
    // And it is the same group, not a second one.
    await push(again, 'PUT', 'a', 'm 3\n')
    expect(again.gateway.views()).toHaveLength(1)
  })

  test('nothing is repeated where that is not wanted', async () => {
    const stand = gatewayStand({ repeat_interval: 0 })
    await push(stand, 'PUT', 'a', 'm 1\n')
    stand.lines.length = 0
    await stand.clock.moveTo(120 * SECOND)
    expect(stand.lines).toEqual([])
  })

  test('a group ends when it is deleted, wiped, or expires', async () => {
    const stand = gatewayStand({ expire_after: 60 * SECOND, repeat_interval: 0 })
    for (const job of ['a', 'b', 'c']) await push(stand, 'PUT', job, 'm 1\n')
    await stand.clock.moveTo(SECOND)
    stand.lines.length = 0
    await stand.gateway.delete('/metrics/job/b')
    await stand.gateway.delete('/metrics/job/unknown')
    const ended = (job: string, at: number): string[] =>
      ['m', 'push_time_seconds', 'push_failure_time_seconds'].map(
        (name) => `${name}{job="${job}"} stale @${at}`,
      )
    expect(stand.lines).toEqual(ended('b', 1000))
    await stand.clock.moveTo(59 * SECOND)
    await push(stand, 'POST', 'c', 'm 1\n')
    stand.lines.length = 0
    await stand.clock.moveTo(61 * SECOND)
    expect(stand.lines).toEqual(ended('a', 60_000))
    expect(stand.keys.texts.size).toBe(1)
    stand.lines.length = 0
    await stand.gateway.wipe()
    expect(stand.lines).toEqual(ended('c', 61_000))
    expect(stand.keys.texts.size).toBe(0)
    const page = Buffer.from(exposition(stand.registry.collect(), '').body).toString()
    expect(page).toContain('weir_push_gateway_groups 0\n')
    expect(page).toContain('weir_push_gateway_series 0\n')
    expect(page).toContain('weir_push_gateway_groups_expired_total 1\n')
  })

  test('what the store cannot keep is told to the sender, and taken when it comes again', async () => {
    let isFull = true
    class Appender extends MemoryAppender {
      override async commit(): Promise<CommitResult> {
        if (isFull) throw new WeirError('STORAGE_FULL', 'full')
        return super.commit()
      }
    }
    const stand = gatewayStand({ repeat_interval: 2 * SECOND }, { Appender })
    const full = expect.objectContaining({ code: 'STORAGE_FULL' }) as unknown
    await expect(push(stand, 'PUT', 'a', 'm 1\n')).rejects.toEqual(full)
    await stand.clock.moveTo(3 * SECOND)
    const page = Buffer.from(exposition(stand.registry.collect(), '').body).toString()
    expect(page).toContain('weir_push_gateway_repeats_failed_total 1\n')
    isFull = false
    expect(await push(stand, 'PUT', 'a', 'm 1\n')).toContain('m{job="a"} 1 @3000')
    stand.lines.length = 0
    await stand.clock.moveTo(5 * SECOND)
    expect(told(stand.lines)).toEqual(['m{job="a"} 1 @5000'])
  })
})

test('series that the token may not send are neither kept nor repeated; the others are', async () => {
  const stand = gatewayStand({ repeat_interval: 10 * SECOND })
  const held = new Set<SeriesRef>()
  const refusals: number[] = []
  const gate = {
    why: 'full',
    refused: (count: number) => void refusals.push(count),
    naming: <T>(take: () => T): T => take(),
    refusals: () => ({}),
    admits: (ref: SeriesRef): boolean => held.has(ref) || (held.size < 2 && Boolean(held.add(ref))),
  }
  const send = (text: string) =>
    stand.gateway.push({ ...PUSH, replace: false, body: Buffer.from(text) }, gate)
  expect(await send('m{i="1"} 1\nm{i="2"} 2\nm{i="3"} 3\n')).toMatchObject({
    rejected: { token_series_limit: 1 },
    example: 'full',
  })
  expect(await send('n 1\n')).toMatchObject({ rejected: { token_series_limit: 1 } })
  expect(await send('m{i="2"} 4\n')).toMatchObject({ rejected: {} })
  expect(refusals).toEqual([1, 1, 0])
  stand.lines.length = 0
  await stand.clock.moveTo(20 * SECOND)
  expect(new Set(told(stand.lines).map((line) => line.replace(/ @.*/, '')))).toEqual(
    new Set(['m{i="2", job="a"} 4']),
  )
  await stand.gateway[Symbol.asyncDispose]()
})
