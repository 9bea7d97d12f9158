import type { AlertEvidence, Labels } from '@weir/model'
import {
  type GoList,
  GoStruct,
  GoTime,
  StringMap,
  ZERO_TIME_MS,
  getter,
  goFunction,
  goList,
  goStrings,
} from '@weir/template'
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

  override get isStringer(): boolean {
    return true
  }

  override member(name: string): unknown {
    switch (name) {
      case 'SortedPairs':
        return getter(() => pairList(this.sorted()))
      case 'Names':
        return getter(() => strings(this.sorted().map((pair) => pair.name)))
      case 'Values':
        return getter(() => strings(this.sorted().map((pair) => pair.value)))
      case 'String':
        return getter(() => this.toString())
      case 'Remove':
        return goFunction(['strings'], ([names]) => {
          const gone = new Set(names as string[] | null)
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

  toJSON(): object {
    return Object.fromEntries(this.entries)
  }

  override toString(): string {
    return pairText(this.sorted())
  }
}

class LabelPair extends GoStruct {
  readonly typeName = 'template.Pair'
  readonly name: string
  readonly value: string

  constructor(name: string, value: string) {
    super()
    this.name = name
    this.value = value
  }

  fields(): Readonly<Record<string, unknown>> {
    return { Name: this.name, Value: this.value }
  }

  toJSON(): object {
    return this.fields()
  }
}

const pairText = (pairs: readonly LabelPair[]): string =>
  pairs.map(({ name, value }) => `${name}=${value}`).join(', ')

function strings(items: readonly string[]): GoList {
  const join = goFunction(['string'], ([separator]) => items.join(separator as string))
  return goStrings(items, 'template.Strings', { Join: join })
}

function pairList(pairs: LabelPair[]): GoList {
  return goList('template.Pairs', pairs, {
    Names: getter(() => strings(pairs.map((pair) => pair.name))),
    Values: getter(() => strings(pairs.map((pair) => pair.value))),
    String: getter(() => pairText(pairs)),
  })
}

/** What an alert is told with: where this Weir is, and what time it is. */
type Telling = readonly [externalUrl: string, nowMs: number | undefined]

class AlertData extends GoStruct {
  readonly typeName = 'template.Alert'
  readonly #facts: AlertFacts
  readonly #telling: Telling

  constructor(facts: AlertFacts, telling: Telling) {
    super()
    this.#facts = facts
    this.#telling = telling
  }

  override member(name: string): unknown {
    if (name === 'Weir') return new WeirAlert(alertStory(this.#facts, ...this.#telling))
    return super.member(name)
  }

  fields(): Readonly<Record<string, unknown>> {
    const facts = this.#facts
    return {
      Status: facts.status,
      Labels: new KeyValues(facts.labels),
      Annotations: new KeyValues(facts.annotations),
      StartsAt: new GoTime(facts.startsAtMs),
      EndsAt: new GoTime(facts.endsAtMs ?? ZERO_TIME_MS),
      GeneratorURL: facts.generatorUrl,
      Fingerprint: facts.fingerprint,
    }
  }

  toJSON(): object {
    return alertJson(this.#facts)
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

function alertList(facts: readonly AlertFacts[], telling: Telling): GoList {
  const alerts = facts.map((alert) => new AlertData(alert, telling))
  const of = (status: AlertFacts['status']): GoList =>
    goList(
      '[]template.Alert',
      alerts.filter((_, i) => facts[i]!.status === status),
    )
  return goList('template.Alerts', alerts, {
    Firing: getter(() => of('firing')),
    Resolved: getter(() => of('resolved')),
  })
}

/** What `.Weir` tells beyond the facts. */
export interface DataExtras {
  /** Without it texts say since when, not for how long. */
  readonly nowMs?: number
  readonly pictureUrl?: string
  /** The route's labels as written, while they are worked out: `routeLabels` then expands them. */
  readonly rawRouteLabels?: Readonly<Record<string, string>>
}

/** What a template of a notification finds under its dot. */
export class NotificationData extends GoStruct {
  readonly typeName = '*template.Data'
  readonly facts: NotificationFacts
  readonly #more: DataExtras
  #fields: Readonly<Record<string, unknown>> | undefined

  constructor(facts: NotificationFacts, more: DataExtras = {}) {
    super()
    this.facts = facts
    this.#more = more
  }

  /** A route label as written; undefined once all are worked out. */
  rawRouteLabel(name: string): string | undefined {
    const raw = this.#more.rawRouteLabels
    return raw === undefined ? undefined : (raw[name] ?? '')
  }

  override member(name: string): unknown {
    return name === 'Weir' ? this.#weir() : super.member(name)
  }

  #weir(): WeirData {
    const { nowMs, pictureUrl = '' } = this.#more
    return new WeirData(storyOf(this.facts, nowMs), this.facts.externalUrl, pictureUrl)
  }

  fields(): Readonly<Record<string, unknown>> {
    const { facts } = this
    this.#fields ??= {
      Receiver: facts.receiver,
      Status: statusOf(facts.alerts),
      Alerts: alertList(facts.alerts, [facts.externalUrl, this.#more.nowMs]),
      NotificationReason: facts.reason,
      GroupLabels: new KeyValues(facts.groupLabels),
      CommonLabels: common(facts.alerts.map((alert) => alert.labels)),
      CommonAnnotations: common(facts.alerts.map((alert) => alert.annotations)),
      RouteLabels: new KeyValues(facts.routeLabels),
      ExternalURL: facts.externalUrl,
    }
    return this.#fields
  }

  toJSON(): object {
    const { facts } = this
    const label = (name: string): unknown => this.fields()[name]
    return {
      receiver: facts.receiver,
      status: statusOf(facts.alerts),
      alerts: facts.alerts.map(alertJson),
      notification_reason: facts.reason,
      groupLabels: label('GroupLabels'),
      commonLabels: label('CommonLabels'),
      commonAnnotations: label('CommonAnnotations'),
      routeLabels: label('RouteLabels'),
      externalURL: facts.externalUrl,
    }
  }
}

const common = (all: readonly Labels[]): KeyValues =>
  new KeyValues(Object.entries(commonPairs(all)))
