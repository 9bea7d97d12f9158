import { type Clock, Labels, WeirError } from '@weir/model'
import { fingerprint } from '../fingerprint.ts'
import type { NotificationFacts } from '../template/notification-data.ts'
import type { Integration, Outcome, Receiver } from './outcome.ts'

/** What became of a test through one integration. */
export interface ReceiverTestView {
  /** `webhook`, `email`, … */
  readonly integration: string
  readonly index: number
  readonly firing: TestOutcome
  /** Null when the integration does not tell what is over, or the first message did not get through. */
  readonly resolved: TestOutcome | null
}

interface TestOutcome {
  /** `retry` is what Weir would try again by itself. */
  readonly kind: Outcome['kind']
  /** '' when it was sent. */
  readonly error: string
}

/** Only some of a receiver's integrations: those of a kind, or one of them. */
export interface TestWanted {
  readonly integration?: string
  readonly index?: number
}

const PAUSE_MS = 10_000
const PER_MINUTE_MAX = 30

export interface ReceiverTestOptions {
  readonly clock: Clock
  readonly receiverOf: (name: string) => Receiver | undefined
  readonly externalUrl: string
  readonly signal: AbortSignal
}

/**
 * Sends a notification that says it is a test, and then that it is over, through each integration of a
 * receiver, once. Nothing of it is kept: neither outbox nor log know of it.
 */
export class ReceiverTests {
  readonly #options: ReceiverTestOptions
  readonly #lastMs = new Map<string, number>()

  constructor(options: ReceiverTestOptions) {
    this.#options = options
  }

  /** @throws {WeirError} `RECEIVER_UNKNOWN`, `RECEIVER_TEST_LIMIT` */
  async run(name: string, wanted: TestWanted = {}): Promise<ReceiverTestView[]> {
    const receiver = this.#options.receiverOf(name)
    const integrations = (receiver?.integrations ?? []).filter(
      ({ kind, index }) =>
        kind === (wanted.integration ?? kind) && index === (wanted.index ?? index),
    )
    if (receiver === undefined || (integrations.length === 0 && wanted.integration !== undefined)) {
      const what = wanted.integration === undefined ? '' : ` with such a ${wanted.integration}`
      const why = `Cannot test receiver ${JSON.stringify(name)}: the config has none of that name${what}`
      throw new WeirError('RECEIVER_UNKNOWN', why)
    }
    this.#count(name)
    return Promise.all(integrations.map((integration) => this.#test(name, integration)))
  }

  #count(name: string): void {
    const nowMs = this.#options.clock.monotonicMs()
    for (const [other, atMs] of this.#lastMs) {
      if (nowMs - atMs >= 60_000) this.#lastMs.delete(other)
    }
    const lastMs = this.#lastMs.get(name)
    const isSoon = lastMs !== undefined && nowMs - lastMs < PAUSE_MS
    if (isSoon || this.#lastMs.size >= PER_MINUTE_MAX) {
      const limit = isSoon ? `once in ${PAUSE_MS / 1000} s` : `${PER_MINUTE_MAX} receivers a minute`
      const why = `Cannot test receiver ${JSON.stringify(name)}: want at most ${limit}`
      throw new WeirError('RECEIVER_TEST_LIMIT', why)
    }
    this.#lastMs.set(name, nowMs)
  }

  async #test(name: string, integration: Integration): Promise<ReceiverTestView> {
    const { clock, externalUrl } = this.#options
    const facts = testFacts({ receiver: name, nowMs: clock.now(), externalUrl })
    const firing = await this.#send(integration, facts)
    const isOver = integration.sendsResolved && firing.kind === 'sent'
    const resolved = isOver ? await this.#send(integration, over(facts, clock.now())) : null
    const { kind, index } = integration
    return {
      integration: kind,
      index,
      firing: shown(firing),
      resolved: resolved === null ? null : shown(resolved),
    }
  }

  async #send(integration: Integration, facts: NotificationFacts): Promise<Outcome> {
    try {
      return await integration.send(facts, this.#options.signal)
    } catch (cause) {
      this.#options.signal.throwIfAborted()
      return { kind: 'retry', afterMs: null, cause: new WeirError('BUG', `BUG: ${String(cause)}`) }
    }
  }
}

function shown(outcome: Outcome): TestOutcome {
  return { kind: outcome.kind, error: outcome.kind === 'sent' ? '' : outcome.cause.message }
}

function testFacts(about: {
  readonly receiver: string
  readonly nowMs: number
  readonly externalUrl: string
}): NotificationFacts {
  const { receiver, nowMs, externalUrl } = about
  // Of its own each time: a receiver that knows incidents by their key is to open a new one.
  const labels = Labels.of({ alertname: 'WeirTest', severity: 'info', test: String(nowMs) })
  const summary = `Test of receiver ${receiver}: nothing is wrong`
  return {
    receiver,
    groupKey: `{}/{weir="test"}:${labels.toString()}`,
    groupLabels: labels,
    routeLabels: Labels.EMPTY,
    reason: 'test',
    externalUrl,
    alerts: [
      {
        status: 'firing',
        labels,
        annotations: Labels.of({
          summary,
          description: 'Somebody asked Weir to try this receiver. It is over by itself.',
        }),
        startsAtMs: nowMs,
        endsAtMs: null,
        generatorUrl: externalUrl,
        fingerprint: fingerprint(labels),
      },
    ],
  }
}

function over(facts: NotificationFacts, nowMs: number): NotificationFacts {
  const alerts = facts.alerts.map(
    (alert) => ({ ...alert, status: 'resolved', endsAtMs: nowMs }) as const,
  )
  return { ...facts, alerts }
}
