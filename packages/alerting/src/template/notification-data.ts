import type { AlertEvidence, Labels } from '@weir/model'
import { GoTime, ZERO_TIME_MS } from './go-time.ts'
import { GoObject, StringMap, goFunction, goList } from './go-value.ts'
import { alertStory, storyOf } from '../story/story.ts'
import { WeirAlert, WeirData } from './weir-data.ts'

/** What a notification tells, ready for a template or a payload. */
export interface NotificationFacts {
  readonly receiver: string
  readonly groupKey: string
  readonly groupLabels: Labels
  readonly routeLabels: Labels
  readonly reason: string
  readonly externalUrl: string
  readonly alerts: readonly AlertFacts[]
}

export interface AlertFacts {
  readonly status: 'firing' | 'resolved'
  readonly labels: Labels
  readonly annotations: Labels
  readonly startsAtMs: number
  /** Null while it fires. */
  readonly endsAtMs: number | null
  readonly generatorUrl: string
  readonly fingerprint: string
  /** What shows that it is so; only of alerts that Weir's own rules raised. */
  readonly evidence?: AlertEvidence
}

export function statusOf(alerts: readonly AlertFacts[]): 'firing' | 'resolved' {
  return alerts.some((alert) => alert.status === 'firing') ? 'firing' : 'resolved'
}

export function fingerprintsOf(
  alerts: readonly AlertFacts[],
  status: AlertFacts['status'],
): string[] {
  return alerts.filter((alert) => alert.status === status).map(({ fingerprint }) => fingerprint)
}

/** The pairs that all of them share. */
export function commonPairs(all: readonly Labels[]): Record<string, string> {
  const [first, ...others] = all
  if (first === undefined) return {}
  return Object.fromEntries(
    [...first].filter(([name, value]) => others.every((labels) => labels.get(name) === value)),
  )
}

/** A label map with Alertmanager's methods. */
class KeyValues extends StringMap {
  override readonly typeName = 'template.KV'

  override member(name: string): unknown {
    switch (name) {
      case 'SortedPairs':
        return pairList(this.sorted())
      case 'Names':
        return this.sorted().map((pair) => pair.name)
      case 'Values':
        return this.sorted().map((pair) => pair.value)
      case 'String':
        return this.toString()
      case 'Remove':
        return goFunction(['strings'], ([names]) => {
          const gone = new Set(names as string[])
          return new KeyValues([...this.entries].filter(([key]) => !gone.has(key)))
        })
      default:
        return super.member(name)
    }
  }

  /** `alertname` first, then by name. */
  sorted(): LabelPair[] {
    const pairs = [...this.entries].map(([name, value]) => new LabelPair(name, value))
    const first = pairs.filter((pair) => pair.name === 'alertname')
    return [...first, ...pairs.filter((pair) => pair.name !== 'alertname')]
  }

  override toString(): string {
    return this.sorted().join(', ')
  }
}

class LabelPair extends GoObject {
  readonly typeName = 'template.Pair'
  readonly name: string
  readonly value: string

  constructor(name: string, value: string) {
    super()
    this.name = name
    this.value = value
  }

  member(name: string): unknown {
    return name === 'Name' ? this.name : name === 'Value' ? this.value : undefined
  }

  toJSON(): object {
    return { Name: this.name, Value: this.value }
  }

  override toString(): string {
    return `${this.name}=${this.value}`
  }
}

function pairList(pairs: LabelPair[]): unknown {
  return goList(pairs, {
    Names: () => pairs.map((pair) => pair.name),
    Values: () => pairs.map((pair) => pair.value),
    String: () => pairs.join(', '),
  })
}

/** What an alert is told with: where this Weir is, and what time it is. */
type Telling = readonly [externalUrl: string, nowMs: number | undefined]

class AlertData extends GoObject {
  readonly typeName = 'template.Alert'
  readonly #facts: AlertFacts
  readonly #telling: Telling

  constructor(facts: AlertFacts, telling: Telling) {
    super()
    this.#facts = facts
    this.#telling = telling
  }

  member(name: string): unknown {
    const facts = this.#facts
    switch (name) {
      case 'Status':
        return facts.status
      case 'Labels':
        return new KeyValues(facts.labels)
      case 'Annotations':
        return new KeyValues(facts.annotations)
      case 'StartsAt':
        return new GoTime(facts.startsAtMs)
      case 'EndsAt':
        return new GoTime(facts.endsAtMs ?? ZERO_TIME_MS)
      case 'GeneratorURL':
        return facts.generatorUrl
      case 'Fingerprint':
        return facts.fingerprint
      case 'Weir':
        return new WeirAlert(alertStory(facts, ...this.#telling))
      default:
        return undefined
    }
  }

  toJSON(): object {
    return alertJson(this.#facts)
  }

  override toString(): string {
    return `{${['Status', 'Labels', 'Annotations', 'StartsAt', 'EndsAt', 'GeneratorURL', 'Fingerprint'].map((name) => String(this.member(name))).join(' ')}}`
  }
}

/** An alert as the webhook payload and `toJson` write it. */
export function alertJson(facts: AlertFacts): object {
  return {
    status: facts.status,
    labels: facts.labels.toJSON(),
    annotations: facts.annotations.toJSON(),
    startsAt: new GoTime(facts.startsAtMs).toRfc3339(),
    endsAt: new GoTime(facts.endsAtMs ?? ZERO_TIME_MS).toRfc3339(),
    generatorURL: facts.generatorUrl,
    fingerprint: facts.fingerprint,
  }
}

function alertList(alerts: readonly AlertFacts[], telling: Telling): unknown {
  const of = (status: string): AlertData[] =>
    alerts.filter((alert) => alert.status === status).map((alert) => new AlertData(alert, telling))
  return goList(
    alerts.map((alert) => new AlertData(alert, telling)),
    { Firing: () => of('firing'), Resolved: () => of('resolved') },
  )
}

/** What `.Weir` tells beyond the facts. */
export interface DataExtras {
  /** Without it texts say since when, not for how long. */
  readonly nowMs?: number
  readonly pictureUrl?: string
}

/** What a template of a notification finds under its dot. */
export class NotificationData extends GoObject {
  readonly typeName = '*template.Data'
  readonly #facts: NotificationFacts
  readonly #more: DataExtras

  constructor(facts: NotificationFacts, more: DataExtras = {}) {
    super()
    this.#facts = facts
    this.#more = more
  }

  member(name: string): unknown {
    const facts = this.#facts
    switch (name) {
      case 'Receiver':
        return facts.receiver
      case 'Status':
        return statusOf(facts.alerts)
      case 'Alerts':
        return alertList(facts.alerts, [facts.externalUrl, this.#more.nowMs])
      case 'NotificationReason':
        return facts.reason
      case 'GroupLabels':
        return new KeyValues(facts.groupLabels)
      case 'CommonLabels':
        return common(facts.alerts.map((alert) => alert.labels))
      case 'CommonAnnotations':
        return common(facts.alerts.map((alert) => alert.annotations))
      case 'RouteLabels':
        return new KeyValues(facts.routeLabels)
      case 'ExternalURL':
        return facts.externalUrl
      case 'Weir':
        return this.#weir()
      default:
        return undefined
    }
  }

  #weir(): WeirData {
    const { nowMs, pictureUrl = '' } = this.#more
    return new WeirData(storyOf(this.#facts, nowMs), this.#facts.externalUrl, pictureUrl)
  }

  override toString(): string {
    return `{${this.#facts.receiver} ${statusOf(this.#facts.alerts)}}`
  }
}

const common = (all: readonly Labels[]): KeyValues =>
  new KeyValues(Object.entries(commonPairs(all)))
