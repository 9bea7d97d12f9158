import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import type { Alerting } from '../options.ts'
import { alertingInMemory } from '../testing/alerting-in-memory.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { MemoryStore } from '../testing/memory-rooms.ts'

/**
 * A power cut at each moment at which something is written or sent: before it, and when it is done but
 * nobody has heard so. The next life starts on what was on disk then. Every alert that was taken must be
 * told, whatever the moment; without a cut, once.
 */
const CONFIG = `
route: {receiver: team, group_by: [alertname], group_wait: 1s, group_interval: 10s, repeat_interval: 1h}
receivers: [{name: team, webhook_configs: [{url: 'http://r/hook'}]}]
`
const START_MS = Date.UTC(2026, 0, 1)
const FAR_MS = START_MS + 86_400_000

/** Counts moments, and ends a life at the one that was chosen. */
class PowerCut {
  readonly #at: number
  #count = 0
  isOut = false

  constructor(at: number) {
    this.#at = at
  }

  get count(): number {
    return this.#count
  }

  /** True when the power goes out at this moment. */
  passes(): boolean {
    if (this.isOut) return true
    this.isOut = this.#count++ === this.#at
    return this.isOut
  }
}

class CutStore extends MemoryStore {
  readonly #cut: PowerCut
  disk: Map<string, string> | undefined

  constructor(cut: PowerCut, disk?: Map<string, string>) {
    super(disk)
    this.#cut = cut
  }

  /** What was on disk when the power went out. */
  note(): void {
    this.disk ??= this.snapshot()
  }

  override async write(...args: Parameters<MemoryStore['write']>): Promise<void> {
    if (this.#cut.passes()) return this.#dark()
    await super.write(...args)
    if (this.#cut.passes()) return this.#dark()
  }

  #dark(): Promise<never> {
    this.note()
    return new Promise(() => undefined)
  }
}

interface Told {
  readonly heard: string[]
  readonly moments: number
}

async function play(cutAt: number): Promise<Told> {
  const clock = new ManualClock(START_MS)
  const cut = new PowerCut(cutAt)
  const heard: string[] = []
  const open = (store: MemoryStore, life: PowerCut | undefined): Promise<Alerting> =>
    alertingInMemory({
      config: { fileName: 'am.yml', text: CONFIG },
      store,
      clock,
      fetch: async (_, { body }) => {
        const dark = (): Promise<never> => {
          first.note()
          return new Promise(() => undefined)
        }
        if (life?.passes() === true) return dark()
        const { alerts } = JSON.parse(String(body)) as {
          readonly alerts: readonly {
            readonly status: string
            readonly labels: { alertname: string }
          }[]
        }
        heard.push(...alerts.map(({ status, labels }) => `${labels.alertname} ${status}`))
        if (life?.passes() === true) return dark()
        return { status: 200, headers: new Headers(), text: async () => '' }
      },
    })
  const first = new CutStore(cut)
  let alerting = await open(first, cut)
  const taken = new Set<string>()
  /** What a sender does: it comes again until it is heard. */
  const push = async (name: string, endsAtMs: number): Promise<void> => {
    const labels = Labels.of({ alertname: name })
    const alert = {
      labels,
      annotations: Labels.EMPTY,
      startsAtMs: START_MS,
      endsAtMs,
      generatorUrl: '',
    }
    const receiving = alerting.receive([alert]).then(() => taken.add(name))
    await Promise.race([receiving, clock.advance(1)])
  }
  const lightUp = async (): Promise<void> => {
    if (!cut.isOut || first.disk === undefined) return
    const { disk } = first
    first.disk = undefined
    alerting = await open(new MemoryStore(disk), undefined)
  }
  for (const [name, endsAtMs] of [
    ['a', FAR_MS],
    ['b', FAR_MS],
    ['a', START_MS + 15_000],
  ] as const) {
    await lightUp()
    await push(name, endsAtMs)
    await lightUp()
    if (cut.isOut) await push(name, endsAtMs)
    await clock.advance(15_000)
  }
  await lightUp()
  await push('b', FAR_MS)
  await clock.advance(60_000)
  expect([...taken].toSorted()).toEqual(['a', 'b'])
  return { heard, moments: cut.count }
}

test('without a cut, each is told once', async () => {
  expect((await play(-1)).heard).toEqual(['a firing', 'b firing', 'a resolved'])
})

test('a cut at any moment: each is told, at most once more', async () => {
  const { moments } = await play(-1)
  expect(moments).toBeGreaterThan(30)
  for (let at = 0; at < moments; at++) {
    const { heard } = await play(at)
    const counts = ['a firing', 'b firing'].map((one) => heard.filter((it) => it === one).length)
    expect(
      counts.every((count) => count === 1 || count === 2),
      `cut ${at}: ${heard.join()}`,
    ).toBe(true)
    expect(heard.length, `cut ${at}: ${heard.join()}`).toBeLessThanOrEqual(4)
    expect(heard.at(-1), `cut ${at}`).toMatch(/a resolved|b firing/)
  }
})
