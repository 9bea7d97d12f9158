import { Labels } from '@weir/model'
import type { SilenceDraft } from '../silence/silence.ts'
import type { Fetch } from '../notify/fetch.ts'
import type { Alerting } from '../options.ts'
import { alertingInMemory } from './alerting-in-memory.ts'
import { ManualClock } from './manual-clock.ts'
import { MemoryStore } from './memory-rooms.ts'

/**
 * Routing as a timeline. A line is a second and what happens then, or a span and what must be heard:
 *
 *     1       push a{team="x"}          an alert that fires from now on
 *     50      end  a{team="x"}          it is resolved
 *     31..32  hear hook firing a        a message to the receiver at /hook, with these alerts
 *     60      down                      the receiver answers 503 from now on
 *     90      up
 *     91      silence a{team="x"}       alerts with these labels are silenced
 *     93      unsilence                 all silences end
 *     94      reload                    the config is read again, changed but saying the same
 *     95      crash                     killed and started again on the same disk
 *     96      step -3600                the wall clock is set back by an hour
 *     100     over                      how long to wait and see that nothing more is heard
 *
 * Returns what was heard and not wanted, and what was wanted and not heard: [] is good.
 */
export async function playTimeline(config: string, script: string): Promise<string[]> {
  const lines = script
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
  const clock = new ManualClock(START_MS)
  const heard: Heard[] = []
  const receiver = { isUp: true }
  const fetch: Fetch = async (url, { body }) => {
    if (receiver.isUp)
      heard.push({ atMs: clock.monotonicMs() - START_MS, text: textOf(url, String(body)) })
    const status = receiver.isUp ? 200 : 503
    return { status, headers: new Headers(), text: async () => '' }
  }
  let store = new MemoryStore()
  let text = config
  const open = (): Promise<Alerting> =>
    alertingInMemory({
      config: { fileName: 'alertmanager.yml', text },
      store,
      clock,
      fetch,
    })
  let alerting = await open()
  const wanted: Wanted[] = []
  for (const line of lines) {
    const [, from, to, verb, rest] =
      /^(\d+(?:\.\d+)?)(?:\.\.(\d+(?:\.\d+)?))?\s+(\w+)\s*(.*)$/.exec(line)!
    if (verb === 'hear') {
      wanted.push({ line, fromMs: Number(from) * 1000, toMs: Number(to) * 1000, text: rest! })
      continue
    }
    await clock.advance(START_MS + Number(from) * 1000 - clock.monotonicMs())
    if (verb === 'down' || verb === 'up') receiver.isUp = verb === 'up'
    if (verb === 'push') await alerting.receive([alertOf(rest!, clock.now(), FAR_MS)])
    if (verb === 'end') await alerting.receive([alertOf(rest!, START_MS, clock.now())])
    if (verb === 'silence') await alerting.silences.set(silenceOf(rest!, clock.now()))
    if (verb === 'unsilence') {
      for (const { id } of alerting.silences.list()) await alerting.silences.expire(id)
    }
    if (verb === 'step') clock.step(Number(rest) * 1000)
    if (verb === 'reload') {
      text = `${text}# again\n`
      await alerting.reload({ config: { fileName: 'alertmanager.yml', text } })
    }
    if (verb === 'crash') {
      const disk = store.snapshot()
      const killed = alerting
      store.failure = new Error('killed') // whatever the old life still does is lost
      store = new MemoryStore(disk)
      await killed[Symbol.asyncDispose]()
      alerting = await open()
    }
  }
  await alerting[Symbol.asyncDispose]()
  return compare(heard, wanted)
}

export const START_MS = Date.UTC(2026, 0, 1)
export const FAR_MS = START_MS + 365 * 86_400_000

export interface Heard {
  readonly atMs: number
  readonly text: string
}

export interface Wanted {
  readonly line: string
  readonly fromMs: number
  readonly toMs: number
  readonly text: string
}

export function alertOf(
  text: string,
  startsAtMs: number,
  endsAtMs: number,
): Parameters<Awaited<Promise<Alerting>>['receive']>[0][number] {
  const [, name, inside] = /^(\w+)(?:\{(.*)\})?$/.exec(text)!
  const pairs = [...(inside ?? '').matchAll(/(\w+)="([^"]*)"/g)].flatMap(([, k, v]) => [k!, v!])
  return {
    labels: Labels.fromFlat(['alertname', name!, ...pairs]),
    annotations: Labels.EMPTY,
    startsAtMs,
    endsAtMs,
    generatorUrl: '',
  }
}

export function silenceOf(text: string, nowMs: number): SilenceDraft {
  const { labels } = alertOf(text, 0, 0)
  return {
    matchers: [...labels].map(([name, value]) => ({ name, operator: '=', value })),
    startsAtMs: nowMs,
    endsAtMs: FAR_MS,
    createdBy: 'timeline',
    comment: '',
    annotations: {},
  }
}

/** `hook firing a b!`: receiver, status, names of alerts, resolved ones with a `!`. */
export function textOf(url: string, body: string): string {
  const message = JSON.parse(body) as {
    readonly status: string
    readonly alerts: readonly { readonly status: string; readonly labels: Record<string, string> }[]
  }
  const names = message.alerts.map(
    ({ status, labels }) => labels['alertname']! + (status === 'resolved' ? '!' : ''),
  )
  return [new URL(url).pathname.slice(1), message.status, ...names].join(' ')
}

export function compare(heard: readonly Heard[], wanted: readonly Wanted[]): string[] {
  const left = [...heard]
  const missing = wanted.filter(({ fromMs, toMs, text }) => {
    const at = left.findIndex((one) => one.atMs >= fromMs && one.atMs <= toMs && one.text === text)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
  return [
    ...missing.map(({ line }) => `not heard: ${line}`),
    ...left.map(({ atMs, text }) => `not wanted: ${atMs / 1000} ${text}`),
  ]
}
