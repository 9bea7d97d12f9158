import { type Clock, WeirError, invariant } from '@weir/model'
import type { RemoteWriteView } from '@weir/packs'
import type { OutgoingPlace, Tail } from '@weir/tsdb'
import type { Telemetry } from '../telemetry/log.ts'
import { ENGINE } from '../engine/config.ts'
import type { EndpointConfig } from './config.ts'
import type { Receiver } from './receiver.ts'
import { type Endpoint, endpointsOf } from './endpoints.ts'
import { RemoteWriteOutEvents } from './events.ts'
import { SendQueue } from './send-queue.ts'

/** What is sent where. */
export interface SenderSettings {
  readonly endpoints: readonly EndpointConfig[]
  readonly externalLabels: Readonly<Record<string, string>>
  /** What samples get in their place on the way to the engine that keeps them; absent without one. */
  readonly engineLabels?: Readonly<Record<string, string>>
}

export interface SenderDeps {
  readonly tail: Tail
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly userAgent: string
  /** Opens the way to a receiver; rejects when its keys cannot be used. */
  readonly open: (config: EndpointConfig) => Promise<Receiver>
  /** Tells the store how far the queue of an endpoint is. */
  readonly passed: (queue: string, place: OutgoingPlace) => Promise<void>
  /** Hears of what must never happen. */
  readonly onBroken: (error: unknown) => void
}

interface Running {
  readonly endpoint: Endpoint
  readonly queue: SendQueue
  readonly receiver: Receiver
  /** What it was made from: only a change of it makes another one. */
  readonly made: string
}

/** The queues of all endpoints. */
export class RemoteWriteSender implements AsyncDisposable {
  readonly #deps: SenderDeps
  readonly #events: RemoteWriteOutEvents
  #running = new Map<string, Running>()
  /** Receivers that are open for endpoints to come, by what these are made from. */
  readonly #prepared = new Map<string, Receiver>()

  constructor(deps: SenderDeps) {
    this.#deps = deps
    this.#events = new RemoteWriteOutEvents(deps.telemetry)
  }

  /**
   * Opens what {@link take} will need for these settings, and changes nothing.
   *
   * @throws {WeirError} `CONFIG_INVALID` when keys of an endpoint cannot be used
   */
  async prepare(settings: SenderSettings): Promise<void> {
    await this.#forget()
    for (const { endpoint, made } of wantedOf(settings)) {
      if (this.#running.get(endpoint.id)?.made === made) continue
      try {
        this.#prepared.set(made, await this.#deps.open(endpoint.config))
      } catch (error) {
        await this.#forget()
        const { message } = error as Error
        const name = JSON.stringify(endpoint.name)
        throw new WeirError('CONFIG_INVALID', `Cannot use remote_write ${name}: ${message}`)
      }
    }
  }

  /**
   * Sends to these endpoints from now on, after {@link prepare} was called for them. One whose keys
   * changed goes on from the place where it was.
   *
   * @param places where the store knows each endpoint to be, by `id`
   */
  async take(settings: SenderSettings, places: ReadonlyMap<string, OutgoingPlace>): Promise<void> {
    const wanted = wantedOf(settings)
    const same = new Set(
      wanted.flatMap(({ endpoint: { id }, made }) =>
        this.#running.get(id)?.made === made ? [id] : [],
      ),
    )
    const ended = new Map<string, OutgoingPlace>()
    const gone = [...this.#running].filter(([id]) => !same.has(id))
    await Promise.all(gone.map(async ([id, running]) => ended.set(id, await this.#end(running))))
    const before = this.#running
    this.#running = new Map()
    for (const { endpoint, made, externalLabels, isEngine } of wanted) {
      const { id } = endpoint
      const place = ended.get(id) ?? places.get(id) ?? this.#deps.tail.newest()
      const running = before.get(id)
      if (same.has(id)) {
        this.#running.set(id, running!)
        continue
      }
      const receiver = this.#prepared.get(made)
      invariant(receiver !== undefined, `remote_write ${endpoint.name} was not prepared`)
      this.#prepared.delete(made)
      this.#running.set(
        id,
        this.#begin(endpoint, { receiver, place, made, externalLabels, isEngine }),
      )
    }
    await this.#forget()
  }

  views(): RemoteWriteView[] {
    return [...this.#running.values()].map(({ queue }) => queue.view())
  }

  /** Hurries what waits for the engine; see {@link SendQueue.caughtUp}. */
  async caughtUp(withinMs: number): Promise<void> {
    const all = [...this.#running.values()]
    await all.find(({ endpoint }) => endpoint.name === ENGINE)?.queue.caughtUp(withinMs)
  }

  /** Brings the gauges up to date. */
  report(): void {
    for (const { queue } of this.#running.values()) queue.report()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running.values()].map((running) => this.#end(running)))
    this.#running.clear()
    await this.#forget()
  }

  async #forget(): Promise<void> {
    for (const [made, receiver] of this.#prepared) {
      this.#prepared.delete(made)
      await receiver[Symbol.asyncDispose]()
    }
  }

  #begin(
    endpoint: Endpoint,
    from: {
      readonly receiver: Receiver
      readonly place: OutgoingPlace
      readonly made: string
      readonly externalLabels: Readonly<Record<string, string>>
      readonly isEngine: boolean
    },
  ): Running {
    const { tail, clock, userAgent, passed, onBroken } = this.#deps
    const { receiver } = from
    const queue = new SendQueue({
      endpoint,
      // An engine that keeps the samples must get what is good in a request; others get what the protocol says.
      partsRefused: from.isEngine,
      place: from.place,
      tail,
      externalLabels: from.externalLabels,
      post: (body, headers, signal) => receiver.post(body, headers, signal),
      userAgent,
      clock,
      events: this.#events,
      passed: (place) => passed(endpoint.id, place),
    })
    queue.run().catch(onBroken)
    return { endpoint, queue, receiver, made: from.made }
  }

  /** @returns where it ended */
  async #end({ queue, receiver }: Running): Promise<OutgoingPlace> {
    const place = await queue.close()
    await receiver[Symbol.asyncDispose]()
    return place
  }
}

interface Wanted {
  readonly endpoint: Endpoint
  readonly externalLabels: Readonly<Record<string, string>>
  readonly made: string
  readonly isEngine: boolean
}

function wantedOf({ endpoints, externalLabels, engineLabels }: SenderSettings): Wanted[] {
  return endpointsOf(endpoints).map((endpoint) => {
    const isEngine = engineLabels !== undefined && endpoint.name === ENGINE
    const labels = isEngine ? engineLabels : externalLabels
    return { endpoint, externalLabels: labels, made: JSON.stringify([endpoint, labels]), isEngine }
  })
}
