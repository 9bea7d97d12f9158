import { Labels } from '@weir/model'
import type { FetchRequest } from '../notify/fetch.ts'
import { globalSchema } from '../notify/global.ts'
import type { NotifierKind } from '../notify/kind.ts'
import type { Integration, Outcome } from '../notify/outcome.ts'
import type { Picture } from '../notify/picture.ts'
import { notificationTemplates } from '../notify/templates.ts'
import type { AlertFacts, NotificationFacts } from '../template/notification-data.ts'
import { ManualClock } from './manual-clock.ts'

/** A label value that means something in every markup. */
export const EVIL = '<b>*_[x](http://evil)_*</b> @all {{ x }} `y` &amp; | #z'

/** One alert whose sentence is evil, or more. */
export function factsOf(
  status: AlertFacts['status'] = 'firing',
  count = 1,
  summary = EVIL,
): NotificationFacts {
  const alerts = Array.from({ length: count }, (_, i): AlertFacts => ({
    status,
    labels: Labels.of({ alertname: 'A', instance: `i${i}`, evil: EVIL, severity: 'critical' }),
    annotations: Labels.of({ summary, runbook_url: 'https://runbooks.example.org/a' }),
    startsAtMs: 0,
    endsAtMs: status === 'firing' ? null : 1000,
    generatorUrl: 'http://g',
    fingerprint: String(i),
    evidence: { expr: 'x > 5', value: 7, threshold: { operator: '>', value: 5 } },
  }))
  return {
    receiver: 'team',
    groupKey: '{}:{alertname="A"}',
    groupLabels: Labels.of({ alertname: 'A' }),
    routeLabels: Labels.EMPTY,
    reason: 'first notification',
    externalUrl: 'https://weir.example.org',
    alerts,
  }
}

export const PICTURE: Picture = {
  png: Buffer.from('not really a picture'),
  url: 'https://weir.example.org/p.png',
  alt: 'x of the last hour',
}

export interface Asked extends FetchRequest {
  readonly url: string
}

/** What a stand-in for a service says. */
export interface Reply {
  readonly status?: number
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Stage {
  /** What the service says, in turn; the last one for ever. Judges like the service itself. */
  readonly service?: (asked: Asked, turn: number) => Reply
  readonly global?: object
  readonly picture?: Picture
  readonly strictCompat?: boolean
}

export interface Notifying {
  readonly integration: Integration
  readonly asked: Asked[]
  readonly clock: ManualClock
  /** What is wrong with the config. */
  readonly problems: string[]
  readonly tell: (facts?: NotificationFacts) => Promise<Outcome>
}

/** An integration of a kind, as a file would make it, with a service that is a function. */
export function notifying(kind: NotifierKind, config: object, stage: Stage = {}): Notifying {
  const { service = (): Reply => ({}), global = {}, picture, strictCompat = false } = stage
  const clock = new ManualClock(0)
  const asked: Asked[] = []
  const problems: string[] = []
  const read = kind.schema.parse(config)
  const context = {
    clock,
    strictCompat,
    templates: notificationTemplates([], strictCompat),
    global: globalSchema.parse(global),
    ...(picture === undefined ? {} : { pictures: async () => picture }),
    fetch: async (url: string, request: FetchRequest) => {
      const one = { ...request, url }
      asked.push(one)
      const { status = 200, body = '', headers = {} } = service(one, asked.length)
      return { status, headers: new Headers(headers), text: async () => body }
    },
  }
  const integration = kind.build(read, 0, context, {
    problem: (path, what) => problems.push([...path, what].map(String).join(': ')),
    address: () => undefined,
    template: () => undefined,
    beside: (path) => path,
  })
  return {
    integration,
    asked,
    clock,
    problems,
    tell: (facts = factsOf()) => integration.send(facts, new AbortController().signal),
  }
}

/** The JSON that was sent. */
export function sent(asked: Asked | undefined): Record<string, unknown> {
  return JSON.parse(String(asked?.body)) as Record<string, unknown>
}

/** A body of several parts as text, for what must be in it. */
export function bodyText(asked: Asked | undefined): string {
  return Buffer.from(asked?.body ?? '').toString('latin1')
}
