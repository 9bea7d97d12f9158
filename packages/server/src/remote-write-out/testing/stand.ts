import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Appender, type Exemplar, Labels, type NativeHistogram } from '@weir/model'
import {
  type OutgoingOptions,
  type OutgoingPlace,
  type Store,
  type StoreOptions,
  type Tail,
  openStore,
  openTail,
} from '@weir/tsdb'
import { exposition } from '@weir/wire'
import { pino } from 'pino'
import { HandClock } from '../../scrape/testing/hand-clock.ts'
import { Log } from '../../telemetry/log.ts'
import { Registry } from '../../telemetry/registry.ts'
import { remoteWrite } from '../config.ts'
import { endpointsOf } from '../endpoints.ts'
import { RemoteWriteSender, type SenderSettings } from '../sender.ts'
import { ScriptedReceiver } from './receiver.ts'

export const START_MS = Date.UTC(2026, 0, 5, 10, 0, 0)

/** Keys of an endpoint as a file has them. */
export type EndpointKeys = Readonly<Record<string, unknown>>

/** A store, what sends its samples on, and a receiver; no sockets, and time stands still. */
export class SenderStand implements AsyncDisposable {
  readonly clock = new HandClock(START_MS)
  readonly receiver = new ScriptedReceiver()
  readonly registry = new Registry()
  readonly path = mkdtempSync(join(tmpdir(), 'weir-out-'))
  readonly logged: string[] = []
  readonly broken: unknown[] = []
  readonly #storeOptions: Partial<StoreOptions>
  #settings: SenderSettings = { endpoints: [], externalLabels: {} }
  #waiting: Omit<OutgoingOptions, 'queues'> = { bytesMax: 2 ** 40, ageMaxMs: 2 ** 40 }
  #open: { store: Store; tail: Tail; appender: Appender; sender: RemoteWriteSender } | undefined

  constructor(storeOptions: Partial<StoreOptions> = {}) {
    this.#storeOptions = storeOptions
  }

  static async open(
    endpoints: readonly EndpointKeys[] = [{}],
    more: {
      readonly externalLabels?: Readonly<Record<string, string>>
      readonly waiting?: Omit<OutgoingOptions, 'queues'>
      readonly store?: Partial<StoreOptions>
      /** Endpoints named `engine` lead to the engine that keeps the samples, with these labels. */
      readonly engineLabels?: Readonly<Record<string, string>>
    } = {},
  ): Promise<SenderStand> {
    const stand = new SenderStand(more.store)
    stand.#waiting = more.waiting ?? stand.#waiting
    const { engineLabels } = more
    const settings = settingsOf(endpoints, more.externalLabels)
    stand.#settings = { ...settings, ...(engineLabels && { engineLabels }) }
    await stand.start()
    return stand
  }

  get store(): Store {
    return this.#open!.store
  }

  get sender(): RemoteWriteSender {
    return this.#open!.sender
  }

  async start(): Promise<void> {
    const store = await openStore({
      path: this.path,
      clock: this.clock,
      ...this.#storeOptions,
      outgoing: this.#outgoing(),
    })
    const tail = openTail(store.seat())
    const logger = pino({ level: 'debug' }, { write: (line: string) => this.logged.push(line) })
    const sender = new RemoteWriteSender({
      tail,
      clock: this.clock,
      telemetry: { registry: this.registry, log: new Log(logger, this.clock) },
      userAgent: 'Weir/test',
      open: async () => this.receiver,
      passed: async (queue: string, place: OutgoingPlace) => store.outgoingPassed(queue, place),
      onBroken: (error) => this.broken.push(error),
    })
    this.#open = { store, tail, appender: store.appender(), sender }
    await sender.prepare(this.#settings)
    await sender.take(this.#settings, store.outgoingPlaces())
  }

  /** As a reload does it. */
  async reload(
    endpoints: readonly EndpointKeys[],
    externalLabels: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    this.#settings = settingsOf(endpoints, externalLabels)
    await this.sender.prepare(this.#settings)
    this.store.setOutgoing(this.#outgoing())
    const taking = this.sender.take(this.#settings, this.store.outgoingPlaces())
    await this.run(6_000) // what a queue that cannot send waits for when it ends
    await taking
  }

  async stop(): Promise<void> {
    const open = this.#open
    this.#open = undefined
    if (open === undefined) return
    const ending = open.sender[Symbol.asyncDispose]()
    await this.run(6_000)
    await ending
    open.tail[Symbol.dispose]()
    await open.store[Symbol.asyncDispose]()
  }

  /** Commits one sample a series, now. */
  async put(samples: Readonly<Record<string, number>>): Promise<void> {
    const { appender } = this.#open!
    for (const [name, value] of Object.entries(samples)) {
      appender.append(appender.ref(named(name)), this.clock.now(), value)
    }
    await appender.commit()
  }

  async putHistogram(name: string, histogram: NativeHistogram): Promise<void> {
    const { appender } = this.#open!
    appender.appendHistogram(appender.ref(named(name)), this.clock.now(), histogram)
    await appender.commit()
  }

  async putExemplar(name: string, exemplar: Exemplar): Promise<void> {
    const { appender } = this.#open!
    appender.appendExemplar(appender.ref(named(name)), exemplar)
    await appender.commit()
  }

  describe(name: string, help: string): void {
    this.#open!.appender.describe(name, { type: 'counter', help, unit: '' })
  }

  /** Lets this much time go by. */
  run(ms: number): Promise<void> {
    return this.clock.moveTo(this.clock.now() + ms)
  }

  /** A metric of the sender: `sent_total{kind="sample",queue="eu"}`. */
  metric(name: string): number {
    this.#open?.sender.report()
    const page = new TextDecoder().decode(exposition(this.registry.collect(), '').body)
    const line = page.split('\n').find((one) => one.startsWith(`weir_remote_write_out_${name} `))
    return Number(line?.split(' ').at(-1))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    rmSync(this.path, { recursive: true, force: true })
    if (this.broken.length > 0) throw this.broken[0] as Error
  }

  #outgoing(): OutgoingOptions {
    const queues = endpointsOf(this.#settings.endpoints).map(({ id }) => id)
    return { queues, ...this.#waiting }
  }
}

function settingsOf(
  endpoints: readonly EndpointKeys[],
  externalLabels: Readonly<Record<string, string>> = {},
): SenderSettings {
  const keys = endpoints.map((given) => ({ url: 'http://receiver/write', name: 'eu', ...given }))
  return { endpoints: remoteWrite.parse(keys), externalLabels }
}

/** `name` or `name{a=b,c=d}` as labels. */
function named(text: string): Labels {
  const [, name = '', inside = ''] = /^([^{]*)\{?([^}]*)\}?$/.exec(text) ?? []
  const pairs = inside.split(',').filter((pair) => pair !== '')
  return Labels.fromFlat(['__name__', name, ...pairs.flatMap((pair) => pair.split('='))])
}
