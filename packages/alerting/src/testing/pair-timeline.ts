import type { Clock, Millis } from '@weir/model'
import { startAlerting } from '../alerting.ts'
import type { PeerDoor } from '../cluster/peer-link.ts'
import type { Fetch } from '../notify/fetch.ts'
import type { Alerting } from '../options.ts'
import { ManualClock } from './manual-clock.ts'
import { MemoryStore, RecordingAppender, recordingTelemetry } from './memory-rooms.ts'
import {
  FAR_MS,
  type Heard,
  START_MS,
  type Wanted,
  alertOf,
  compare,
  silenceOf,
  textOf,
} from './timeline.ts'

/**
 * Two Weirs, `a` and `b` in this order of turns, with the same config, as a timeline (timeline.ts). Both
 * are told of alerts unless a name follows the verb:
 *
 *     1       push X{team="x"}      31..32 hear a hook firing X      60 down b
 *     61      end@a X{team="x"}     70 cut                           80 mend
 *     90      kill a                95 start a                       96 lossy
 *     97      silence a X{…}        98 unsilence b                   99 skew b 5
 *     97      ack a X               98 maintain a X{…}               99 unmaintain b
 *     100     slow a 20             a's receiver takes 20 s to answer
 *
 * `cut` parts the two, `lossy` lets every second answer get lost on its way, `mend` ends both.
 */
export async function playPair(config: string, script: string): Promise<string[]> {
  const clock = new ManualClock(START_MS)
  const link = { isCut: false, isLossy: false, asked: 0 }
  const heard: Heard[] = []
  const pair: { readonly a: Side; readonly b: Side } = {
    a: new Side('a', { config, clock, heard, link, other: () => pair.b }),
    b: new Side('b', { config, clock, heard, link, other: () => pair.a }),
  }
  const sides = (name: string): Side[] =>
    name === '' ? [pair.a, pair.b] : [pair[name as 'a' | 'b']]
  await pair.a.start()
  await pair.b.start()
  const wanted: Wanted[] = []
  for (const line of script.split('\n').map((one) => one.replace(/#.*/, '').trim())) {
    if (line === '') continue
    const [, from, to, verb, who = '', rest = ''] =
      /^(\d+)(?:\.\.(\d+))?\s+(\w+)(?:@(\w))?\s*(.*)$/.exec(line)!
    if (verb === 'hear') {
      wanted.push({ line, fromMs: Number(from) * 1000, toMs: Number(to) * 1000, text: rest })
      continue
    }
    await clock.advance(START_MS + Number(from) * 1000 - clock.monotonicMs())
    const [name = '', ...others] = rest.split(' ')
    const said = others.join(' ')
    switch (verb) {
      case 'push':
      case 'end':
        for (const side of sides(who)) await side.receive(verb, rest)
        break
      case 'cut':
      case 'lossy':
      case 'mend':
        link.isCut = verb === 'cut'
        link.isLossy = verb === 'lossy'
        break
      default:
        for (const side of sides(name)) await side.act(verb!, said)
    }
  }
  await Promise.all([pair.a.kill(), pair.b.kill()])
  return compare(heard, wanted)
}

interface Stage {
  readonly config: string
  readonly clock: ManualClock
  readonly heard: Heard[]
  readonly link: { isCut: boolean; isLossy: boolean; asked: number }
  readonly other: () => Side
}

class Side {
  readonly #name: string
  readonly #stage: Stage
  #store = new MemoryStore()
  #alerting: Alerting | undefined
  #skewMs = 0
  #slowMs = 0
  #isDown = false

  constructor(name: string, stage: Stage) {
    this.#name = name
    this.#stage = stage
  }

  async start(): Promise<void> {
    const { config, clock, heard, link, other } = this.#stage
    let isAlive = true
    const skewed: Clock = {
      now: () => (clock.now() + this.#skewMs) as Millis,
      monotonicMs: () => clock.monotonicMs(),
      sleep: (ms, signal) => clock.sleep(ms, signal),
    }
    const store = this.#store
    const fetch: Fetch = async (url, { body }) => {
      if (this.#slowMs > 0) await clock.sleep(this.#slowMs)
      isAlive = this.#store === store
      if (!isAlive) throw new Error('killed')
      if (!this.#isDown) {
        const text = `${this.#name} ${textOf(url, String(body))}`
        heard.push({ atMs: clock.monotonicMs() - START_MS, text })
      }
      const status = this.#isDown ? 503 : 200
      return { status, headers: new Headers(), text: async () => '' }
    }
    const door: PeerDoor = {
      address: `http://${this.#name}-other`,
      ask: async (message) => {
        const peer = other().#alerting
        if (link.isCut || peer === undefined) throw new Error('connection refused')
        const answer = await peer.peers.answer(JSON.parse(JSON.stringify(message)))
        if (link.isLossy && link.asked++ % 2 === 0) throw new Error('connection reset')
        return JSON.parse(JSON.stringify(answer)) as unknown
      },
    }
    this.#alerting = await startAlerting({
      config: { fileName: 'alertmanager.yml', text: config },
      query: async () => [],
      appender: new RecordingAppender(),
      store,
      clock: skewed,
      externalUrl: 'http://weir',
      telemetry: recordingTelemetry().telemetry,
      fetch,
      peers: { name: this.#name, doors: [door], timeoutMs: 15_000 },
    })
  }

  async receive(verb: 'push' | 'end', text: string): Promise<void> {
    const nowMs = this.#stage.clock.now() + this.#skewMs
    const alert = verb === 'push' ? alertOf(text, nowMs, FAR_MS) : alertOf(text, START_MS, nowMs)
    await this.#alerting?.receive([alert])
  }

  async act(verb: string, said: string): Promise<void> {
    switch (verb) {
      case 'kill':
        return this.kill()
      case 'start':
        return this.start()
      case 'down':
      case 'up':
        this.#isDown = verb === 'down'
        return
      case 'slow':
        this.#slowMs = Number(said) * 1000
        return
      case 'skew':
        this.#skewMs = Number(said) * 1000
        return
      case 'silence':
        await this.#alerting!.silences.set(silenceOf(said, this.#stage.clock.now() + this.#skewMs))
        return
      case 'unsilence':
        for (const { id } of this.#alerting!.silences.list()) {
          await this.#alerting!.silences.expire(id)
        }
        return
      case 'ack': {
        const found = this.#alerting!.routing.alerts(
          ({ labels }) => labels.get('alertname') === said,
        )
        await this.#alerting!.marks.ack(
          found.map(({ fingerprint }) => fingerprint),
          { by: 'timeline', comment: '' },
        )
        return
      }
      case 'maintain': {
        const { matchers } = silenceOf(said, 0)
        const times = {
          start: '2026-01-01T00:00',
          durationMs: 86_400_000,
          timeZone: 'UTC',
          rrule: '',
        }
        const about = { name: 'm', comment: '', createdBy: 'timeline', matchers }
        await this.#alerting!.maintenance.set({ ...about, ...times })
        return
      }
      case 'unmaintain':
        for (const { id } of this.#alerting!.maintenance.list()) {
          await this.#alerting!.maintenance.remove(id)
        }
        return
      case 'over':
        return
      default:
        throw new Error(`no such verb: ${verb}`)
    }
  }

  /** Ends it at this moment; its disk stays as it is. */
  async kill(): Promise<void> {
    const disk = this.#store.snapshot()
    this.#store.failure = new Error('killed')
    this.#store = new MemoryStore(disk)
    const killed = this.#alerting
    this.#alerting = undefined
    await Promise.race([killed?.[Symbol.asyncDispose](), this.#stage.clock.advance(0)])
  }
}
