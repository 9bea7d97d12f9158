import { type Alert, Labels } from '@weir/model'
import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import { HandClock } from '../scrape/testing/hand-clock.ts'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { OutsideEvents } from './events.ts'
import { type Post, SendLoop } from './send-loop.ts'

const URL = 'http://am:9093/api/v2/alerts'
const FAR_MS = 3_600_000

type Answer = Awaited<ReturnType<Post>> | Error

const OK: Answer = { status: 200, retryAfterMs: undefined }
const AWAY: Answer = { status: 503, retryAfterMs: undefined }

const closing: SendLoop[] = []
afterEach(async () => {
  for (const loop of closing.splice(0)) await loop[Symbol.asyncDispose]()
})

/** A loop whose answers come in turn; the last one stays. What was sent is told as `ms: a b!`, ends with a `!`. */
function stand(
  answers: readonly Answer[],
  queuedMax = 1000,
): {
  readonly loop: SendLoop
  readonly clock: HandClock
  readonly sent: string[]
  readonly figure: (name: string) => string[]
  readonly settle: () => Promise<void>
} {
  const clock = new HandClock(0)
  const registry = new Registry()
  const sent: string[] = []
  let turn = 0
  const post: Post = async (_url, { body }) => {
    const alerts = JSON.parse(String(body)) as { labels: { n: string }; endsAt: string }[]
    const names = alerts.map(
      ({ labels, endsAt }) => labels.n + (Date.parse(endsAt) < FAR_MS ? '!' : ''),
    )
    const shown = names.length > 5 ? `${names.length} alerts` : names.join(' ')
    sent.push(`${clock.now()}: ${shown}`)
    const answer = answers[Math.min(turn++, answers.length - 1)]!
    if (answer instanceof Error) throw answer
    return answer
  }
  const events = new OutsideEvents({ registry, log: new Log(pino({ level: 'silent' })) })
  const loop = new SendLoop({ url: URL, post, timeoutMs: 1000, queuedMax, clock, events })
  closing.push(loop)
  const figure = (name: string): string[] => {
    const family = registry.collect().find((one) => one.name === `weir_alertmanagers_${name}`)
    return family!.samples.map(({ labels, value }) => `${labels.get('reason')}${value}`)
  }
  const settle = (): Promise<void> => clock.moveTo(clock.now())
  return { loop, clock, sent, figure, settle }
}

/** `a` fires; `a!` has ended. */
function alerts(...names: readonly string[]): Alert[] {
  return names.map((name) => ({
    labels: Labels.of({ n: name.replace('!', '') }),
    annotations: Labels.EMPTY,
    startsAtMs: 0,
    endsAtMs: name.endsWith('!') ? 0 : FAR_MS,
    generatorUrl: '',
  }))
}

test('alerts go out at once, 256 a request', async () => {
  const { loop, sent, settle, figure } = stand([OK])
  loop.add(alerts('a', 'b!'))
  await settle()
  loop.add(alerts(...Array.from({ length: 600 }, (_, i) => `x${i}`)))
  await settle()
  expect(sent).toEqual(['0: a b!', '0: 256 alerts', '0: 256 alerts', '0: 88 alerts'])
  expect(figure('alerts_sent_total')).toEqual(['602'])
  expect(figure('queue_length')).toEqual(['0'])
})

test.each([
  ['it answers 503', AWAY],
  ['it answers 429', { status: 429, retryAfterMs: undefined }],
  ['it does not answer', new Error('ECONNREFUSED')],
])(
  'while %s, alerts wait; newer news takes the place of older, an end is told after its beginning',
  async (_, away) => {
    const { loop, clock, sent, settle } = stand([away, away, OK])
    loop.add(alerts('a', 'b'))
    await settle()
    loop.add(alerts('c', 'a', 'b!'))
    for (const ms of [999, 1000, 2999, 3000]) await clock.moveTo(ms)
    expect(sent).toEqual(['0: a b', '1000: b c a b!', '3000: b c a b!'])
  },
)

test.each([401, 403])('it does not let Weir in (%d): alerts wait', async (status) => {
  const { loop, clock, sent, settle, figure } = stand([{ status, retryAfterMs: undefined }, OK])
  loop.add(alerts('a'))
  await settle()
  await clock.moveTo(1000)
  expect(sent).toEqual(['0: a', '1000: a'])
  expect(figure('alerts_dropped_total')).toEqual([])
})

test('it says when to come again', async () => {
  const { loop, clock, sent, settle } = stand([{ status: 503, retryAfterMs: 20_000 }, OK])
  loop.add(alerts('a'))
  await settle()
  await clock.moveTo(19_999)
  expect(sent).toHaveLength(1)
  await clock.moveTo(20_000)
  expect(sent).toEqual(['0: a', '20000: a'])
})

test('what it refuses is dropped and counted, what follows goes on', async () => {
  const { loop, sent, settle, figure } = stand([{ status: 400, retryAfterMs: undefined }, OK])
  loop.add(alerts('a', 'b'))
  await settle()
  loop.add(alerts('c'))
  await settle()
  expect(sent).toEqual(['0: a b', '0: c'])
  expect(figure('alerts_dropped_total')).toEqual(['refused2'])
})

test('a full queue drops the oldest and counts them', async () => {
  const { loop, clock, sent, settle, figure } = stand([AWAY, OK], 3)
  loop.add(alerts('a', 'b'))
  await settle()
  loop.add(alerts('c', 'd', 'e'))
  await clock.moveTo(1000)
  expect(sent).toEqual(['0: a b', '1000: c d e'])
  expect(figure('alerts_dropped_total')).toEqual(['queue_full2'])
})

test('when Weir stops there is a last try, and what is left is counted', async () => {
  const { loop, sent, settle, figure } = stand([AWAY, OK])
  loop.add(alerts('a', 'b!'))
  await settle()
  await loop[Symbol.asyncDispose]()
  expect(sent).toEqual(['0: a b!', '0: a b!'])
  const other = stand([AWAY])
  other.loop.add(alerts('a'))
  await other.settle()
  await other.loop[Symbol.asyncDispose]()
  expect(other.figure('alerts_dropped_total')).toEqual(['gone1'])
  expect(figure('alerts_sent_total')).toEqual(['2'])
})
