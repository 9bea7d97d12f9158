import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { startAlerting } from '../alerting.ts'
import type { PeerDoor } from './peer-link.ts'
import type { Alerting } from '../options.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { MemoryStore, RecordingAppender, recordingTelemetry } from '../testing/memory-rooms.ts'

/**
 * The first of two dies for good at each moment at which it writes, tells a receiver or talks to its peer:
 * before it, and when it is done but nothing has heard so. The other one tells everything that was not told.
 */
const CONFIG = `
route: {receiver: team, group_by: [alertname], group_wait: 1s, group_interval: 10s, repeat_interval: 1h}
receivers: [{name: team, webhook_configs: [{url: 'http://r/hook'}]}]
`
const START_MS = Date.UTC(2026, 0, 1)
const FAR_MS = START_MS + 86_400_000

class Life {
  readonly #endsAt: number
  #count = 0
  isOver = false

  constructor(endsAt: number) {
    this.#endsAt = endsAt
  }

  get moments(): number {
    return this.#count
  }

  /** Never comes back once the life is over. */
  async pass(): Promise<void> {
    if (!this.isOver) this.isOver = this.#count++ === this.#endsAt
    if (this.isOver) await new Promise(() => undefined)
  }
}

class MortalStore extends MemoryStore {
  readonly #life: Life

  constructor(life: Life) {
    super()
    this.#life = life
  }

  override async write(...args: Parameters<MemoryStore['write']>): Promise<void> {
    await this.#life.pass()
    await super.write(...args)
    await this.#life.pass()
  }
}

async function play(
  firstEndsAt: number,
): Promise<{ readonly heard: string[]; readonly moments: number }> {
  const clock = new ManualClock(START_MS)
  const heard: string[] = []
  const first = new Life(firstEndsAt)
  const second = new Life(-1)
  const running = new Map<Life, Alerting>()
  const open = async (name: string, life: Life, other: Life): Promise<void> => {
    const door: PeerDoor = {
      address: `http://${name}-other`,
      ask: async (message) => {
        await life.pass()
        const peer = running.get(other)
        if (peer === undefined || other.isOver) throw new Error('connection refused')
        const answer = await peer.peers.answer(JSON.parse(JSON.stringify(message)))
        await life.pass()
        return JSON.parse(JSON.stringify(answer)) as unknown
      },
    }
    const alerting = await startAlerting({
      config: { fileName: 'am.yml', text: CONFIG },
      query: async () => [],
      appender: new RecordingAppender(),
      store: new MortalStore(life),
      clock,
      externalUrl: 'http://weir',
      telemetry: recordingTelemetry().telemetry,
      peers: { name, doors: [door], timeoutMs: 2000 },
      fetch: async (_, { body }) => {
        await life.pass()
        const { alerts } = JSON.parse(String(body)) as {
          readonly alerts: readonly {
            readonly status: string
            readonly labels: { alertname: string }
          }[]
        }
        heard.push(...alerts.map(({ status, labels }) => `${labels.alertname} ${status}`))
        await life.pass()
        return { status: 200, headers: new Headers(), text: async () => '' }
      },
    })
    running.set(life, alerting)
  }
  const opening = open('a', first, second)
  await Promise.race([opening, clock.advance(1)])
  await open('b', second, first)
  const push = async (name: string, endsAtMs: number): Promise<void> => {
    const alert = {
      labels: Labels.of({ alertname: name }),
      annotations: Labels.EMPTY,
      startsAtMs: clock.now(),
      endsAtMs,
      generatorUrl: '',
    }
    const both = [...running.values()].map((one) => one.receive([alert]))
    await Promise.race([Promise.all(both), clock.advance(1)])
    await clock.advance(15_000)
  }
  await clock.advance(5000)
  await push('X', FAR_MS)
  await push('Y', FAR_MS)
  await push('X', clock.now())
  await clock.advance(30_000)
  return { heard, moments: first.moments }
}

test('while both live, each is told once', async () => {
  expect((await play(-1)).heard).toEqual(['X firing', 'Y firing', 'X resolved'])
})

test('the first dies at any other moment: each is told, at most twice', async () => {
  const { moments } = await play(-1)
  expect(moments).toBeGreaterThan(20)
  let twice = 0
  for (let at = 0; at < moments; at += 2) {
    const { heard } = await play(at)
    for (const what of ['X firing', 'Y firing', 'X resolved']) {
      const count = heard.filter((one) => one === what).length
      expect(count, `${what}, end at ${at}: ${heard.join()}`).toBeGreaterThanOrEqual(1)
      expect(count, `${what}, end at ${at}: ${heard.join()}`).toBeLessThanOrEqual(2)
      twice += count - 1
    }
  }
  // Only where it died between telling the receiver and telling its peer.
  expect(twice).toBeLessThan(moments / 4)
})
