import { isDeepStrictEqual } from 'node:util'
import { HttpClient } from '@weir/fetch'
import type { Alert, AlertSink, Clock, Labels } from '@weir/model'
import { discoveryOf } from '../discovery/places.ts'
import { Discovery } from '../discovery/discovery.ts'
import type { discovererOf } from '../discovery/kinds.ts'
import { redactText } from '../config/redact-text.ts'
import type { Telemetry } from '../telemetry/log.ts'
import { relabelOf } from './alert-relabel.ts'
import type { AlertingConfig, OutsideAlertmanager } from './config.ts'
import { endpointsOf } from './endpoints.ts'
import { OutsideEvents } from './events.ts'
import { type Post, SendLoop } from './send-loop.ts'

/** `data` of `/api/v1/alertmanagers`. */
export interface AlertmanagersView {
  readonly activeAlertmanagers: readonly { readonly url: string }[]
  readonly droppedAlertmanagers: readonly { readonly url: string }[]
}

export interface OutsideParts {
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** Alerts that may wait for each of them. */
  readonly queuedMax: number
  /** Stands in for the world in tests. */
  readonly discover?: typeof discovererOf
}

/**
 * Tells Alertmanagers elsewhere of alerts: all that the configuration names or discovers, each with a
 * queue of its own. What is queued counts as received; a rule tells a firing alert again every minute.
 */
export class OutsideAlertmanagers implements AlertSink, AsyncDisposable {
  readonly #parts: OutsideParts
  readonly #events: OutsideEvents
  readonly #discovery: Discovery
  #sets = new Map<string, AlertmanagerSet>()

  constructor(parts: OutsideParts) {
    this.#parts = parts
    this.#events = new OutsideEvents(parts.telemetry)
    this.#discovery = new Discovery({
      telemetry: parts.telemetry,
      clock: parts.clock,
      part: 'alertmanager_discovery',
      onChange: (names) => void this.#look(names),
      ...(parts.discover === undefined ? {} : { discover: parts.discover }),
    })
  }

  /**
   * Goes on with another configuration. Sections that stay as they were keep their queues.
   *
   * @throws {WeirError} `FETCH_FAILED` when a certificate cannot be read; then nothing has changed
   */
  async apply({ alertmanagers }: Pick<AlertingConfig, 'alertmanagers'>): Promise<void> {
    const left = [...this.#sets.values()]
    const opened: AlertmanagerSet[] = []
    try {
      const next = new Map<string, AlertmanagerSet>()
      for (const [i, config] of alertmanagers.entries()) {
        const at = left.findIndex((one) => isDeepStrictEqual(one.config, config))
        const [known] = at < 0 ? [] : left.splice(at, 1)
        const set = known ?? (await AlertmanagerSet.open(config, this.#parts, this.#events))
        if (known === undefined) opened.push(set)
        next.set(`alertmanagers-${i}`, set)
      }
      this.#sets = next
    } catch (cause) {
      await Promise.all(opened.map((set) => set[Symbol.asyncDispose]()))
      throw cause
    }
    await this.#discovery.apply(
      new Map([...this.#sets].map(([name, { config }]) => [name, discoveryOf(config)])),
    )
    await this.#look(this.#sets.keys())
    await Promise.all(left.map((set) => set[Symbol.asyncDispose]()))
  }

  async #look(names: Iterable<string>): Promise<void> {
    const changed = [...names].flatMap((name) => {
      const set = this.#sets.get(name)
      return set === undefined ? [] : [set.sync(this.#discovery.groupsOf(name))]
    })
    await Promise.all(changed)
    this.#events.found(this.view().activeAlertmanagers.length)
  }

  async receive(alerts: readonly Alert[]): Promise<void> {
    for (const set of this.#sets.values()) set.send(alerts)
  }

  view(): AlertmanagersView {
    const sets = [...this.#sets.values()]
    const shown = (urls: readonly string[]): { readonly url: string }[] =>
      urls.map((url) => ({ url: redactText(url) }))
    return {
      activeAlertmanagers: sets.flatMap((set) => shown(set.active)),
      droppedAlertmanagers: sets.flatMap((set) => shown(set.dropped)),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#discovery[Symbol.asyncDispose]()
    await Promise.all([...this.#sets.values()].map((set) => set[Symbol.asyncDispose]()))
  }
}

/** The Alertmanagers of one section of the configuration. */
class AlertmanagerSet implements AsyncDisposable {
  readonly config: OutsideAlertmanager
  readonly #parts: OutsideParts
  readonly #events: OutsideEvents
  readonly #client: HttpClient
  readonly #relabel: (labels: Labels) => Labels | undefined
  readonly #loops = new Map<string, SendLoop>()
  #dropped: readonly string[] = []

  static async open(
    config: OutsideAlertmanager,
    parts: OutsideParts,
    events: OutsideEvents,
  ): Promise<AlertmanagerSet> {
    const client = await HttpClient.open(config, {
      what: 'alertmanager',
      connectTimeoutMs: config.timeout,
    })
    return new AlertmanagerSet(config, { parts, events, client })
  }

  private constructor(
    config: OutsideAlertmanager,
    what: {
      readonly parts: OutsideParts
      readonly events: OutsideEvents
      readonly client: HttpClient
    },
  ) {
    this.config = config
    this.#parts = what.parts
    this.#events = what.events
    this.#client = what.client
    this.#relabel = relabelOf(config.alert_relabel_configs)
  }

  get active(): readonly string[] {
    return [...this.#loops.keys()]
  }

  get dropped(): readonly string[] {
    return this.#dropped
  }

  /** Goes on with what was discovered; those that stay keep their queues. */
  async sync(groups: Parameters<typeof endpointsOf>[1]): Promise<void> {
    const { active, dropped, faults } = endpointsOf(this.config, groups)
    this.#events.unusable(faults)
    this.#dropped = dropped
    const gone = [...this.#loops].filter(([url]) => !active.includes(url))
    for (const [url] of gone) this.#loops.delete(url)
    for (const url of active) {
      if (this.#loops.has(url)) continue
      this.#loops.set(
        url,
        new SendLoop({
          url,
          post: this.#post,
          timeoutMs: this.config.timeout,
          queuedMax: this.#parts.queuedMax,
          clock: this.#parts.clock,
          events: this.#events,
        }),
      )
    }
    await Promise.all(gone.map(([, loop]) => loop[Symbol.asyncDispose]()))
  }

  send(alerts: readonly Alert[]): void {
    if (this.#loops.size === 0) return
    const wanted = alerts.flatMap((alert) => {
      const labels = this.#relabel(alert.labels)
      return labels === undefined ? [] : [{ ...alert, labels }]
    })
    for (const loop of this.#loops.values()) loop.add(wanted)
  }

  readonly #post: Post = async (url, request) => {
    const reply = await this.#client.request(url, request)
    await reply.discard()
    const seconds = Number(reply.header('retry-after'))
    return { status: reply.status, retryAfterMs: seconds > 0 ? seconds * 1000 : undefined }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#loops.values()].map((loop) => loop[Symbol.asyncDispose]()))
    await this.#client[Symbol.asyncDispose]()
  }
}
