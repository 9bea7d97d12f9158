import { type Clock, type Millis, systemClock } from '@weir/model'
import { expect, test } from 'vitest'
import { LokiTail } from './loki-tail.ts'

const START_MS = Date.UTC(2026, 0, 5)
const SECOND = 1_000_000_000n

/** A line, the second that it says, and the second in which it reaches Loki; both from the start on. */
type Told = readonly [line: string, at: number, arrives: number]

/** Lines as a tail shows them, a look each second for so long. */
async function tailed(told: readonly Told[], seconds: number): Promise<readonly string[]> {
  let second = 0
  const stop = new AbortController()
  const clock: Clock = {
    ...systemClock,
    now: () => (START_MS + second * 1000) as Millis,
    sleep: async () => {
      if (++second > seconds) stop.abort(new Error('enough'))
      stop.signal.throwIfAborted()
    },
  }
  const startNs = BigInt(START_MS) * 1_000_000n
  const ask = async ({
    params,
  }: {
    readonly params: URLSearchParams
  }): Promise<Uint8Array<ArrayBuffer>> => {
    const [from, to] = [BigInt(params.get('start')!), BigInt(params.get('end')!)]
    const values = told
      .filter(([, , arrives]) => arrives <= second)
      .map(([line, at]) => [startNs + BigInt(at) * SECOND, line] as const)
      .filter(([timeNs]) => timeNs >= from && timeNs < to)
      .toSorted(([a], [b]) => (a > b ? -1 : 1))
      .slice(0, Number(params.get('limit')))
      .map(([timeNs, line]) => [String(timeNs), line])
    const result = [{ stream: { app: 'a' }, values }]
    return new TextEncoder().encode(
      JSON.stringify({ status: 'success', data: { resultType: 'streams', result } }),
    )
  }
  const shown: string[] = []
  const ended = new Promise((resolve) => {
    stop.signal.addEventListener('abort', resolve)
  })
  const take = (entries: readonly { readonly line: string }[]): void => {
    shown.push(...entries.map(({ line }) => line))
  }
  const request = { query: '{app="a"}', startNs, limit: 10, delayMs: 0, categorize: true }
  const tail = new LokiTail({ loki: { ask }, clock })
  await tail.follow(request, { take, end: (why) => shown.push(why) }, stop.signal)
  await ended
  return shown
}

test('late lines are shown within ten seconds of their coming, up to two minutes after their time', async () => {
  const shown = await tailed(
    [
      ['at once', 3, 3],
      ['late by 8 s', 4, 12],
      ['late by 60 s', 5, 65],
      ['late by 115 s', 30, 145],
      ['late by 130 s', 31, 161],
      ['last', 168, 168],
    ],
    170,
  )
  expect(shown).toEqual(['at once', 'late by 8 s', 'late by 60 s', 'late by 115 s', 'last'])
})

test('among many lines late ones are found too, as far as five pages reach', async () => {
  // 30 lines each second: a page is 33 s.
  const many = Array.from({ length: 100 * 30 }, (_, i): Told => {
    const second = 1 + Math.floor(i / 30)
    return [`line ${i}`, second, second]
  })
  const shown = await tailed([...many, ['late by 70 s', 25, 95]], 101)
  expect(shown).toHaveLength(3001)
  expect(new Set(shown).size).toBe(3001)
  expect(shown).toContain('late by 70 s')
})
