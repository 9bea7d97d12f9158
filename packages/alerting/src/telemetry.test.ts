import { expect, test } from 'vitest'
import { AlertingEvents } from './telemetry.ts'

const silent = { info() {}, warn() {}, error() {} }

test('what a receiver may fail at is counted from 0 on, so that the first time is growth', () => {
  const counted = new Map<string, number>()
  const registry = {
    counter: (name: string) => ({
      inc(labels: Readonly<Record<string, string>> = {}, by = 1) {
        const key = [name, ...Object.values(labels)].join(' ')
        counted.set(key, (counted.get(key) ?? 0) + by)
      },
    }),
  }
  const events = new AlertingEvents({ registry, log: silent })
  const integrations = ['slack', 'webhook', 'slack'].map((kind, index) => ({
    kind,
    index,
    sendsResolved: true,
    send: () => Promise.reject(new Error('not asked')),
  }))
  events.receiversKnown([{ integrations }])
  const failed = (kind: string, reason: string): number | undefined =>
    counted.get(`weir_alerting_notifications_failed_total ${kind} ${reason}`)
  expect([failed('slack', 'refused'), failed('webhook', 'outbox_full')]).toEqual([0, 0])
  const ref = { receiver: 'chat', integration: 'slack', groupKey: '{}' }
  events.notificationFailed(ref, 'refused', 'it answered 400')
  events.receiversKnown([{ integrations }]) // as on each reload
  expect(failed('slack', 'refused')).toBe(1)
})
