import { type Alert, Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { alertingInMemory } from '../testing/alerting-in-memory.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { MemoryStore, recordingTelemetry } from '../testing/memory-rooms.ts'
import type { Fetch } from './fetch.ts'

const BROKEN = '{{ template "no such template" . }}'

const CONFIG = `
route: {receiver: every, group_wait: 0s}
receivers:
- name: every
  webhook_configs: [{url: 'http://r/webhook'}, {url: 'http://r/payload', payload: {a: '${BROKEN}'}}]
  pagerduty_configs: [{routing_key: k, description: '${BROKEN}'}, {service_key: k}]
  opsgenie_configs: [{api_key: k, description: '${BROKEN}'}]
  jsm_configs: [{api_key: k}]
  slack_configs: [{api_url: 'http://r/slack', title: '${BROKEN}'}]
  victorops_configs: [{api_key: k, routing_key: r, state_message: '${BROKEN}'}]
`

const HOSTILE: Alert = {
  labels: Labels.of({ alertname: '<script>alert(1)</script>', pipeline: '<!here> & "x"' }),
  annotations: Labels.of({
    summary: 'it is <b>wrong</b>',
    description: '\u0000\u2028€'.repeat(2_000_000),
    runbook_url: 'javascript:alert(1)',
  }),
  startsAtMs: 0,
  endsAtMs: 3_600_000,
  generatorUrl: 'not an address',
}

test('an annotation of 10 MB, markup and broken templates: every receiver is told, in bounded size', async () => {
  const clock = new ManualClock(1000)
  const store = new MemoryStore()
  const { telemetry, counts } = recordingTelemetry()
  const bodies = new Map<string, string>()
  const fetch: Fetch = async (url, { body }) => {
    bodies.set(new URL(url).hostname + new URL(url).pathname, String(body))
    return { status: 200, headers: new Headers(), text: async () => 'ok' }
  }
  await using alerting = await alertingInMemory({
    config: { fileName: 'am.yml', text: CONFIG },
    store,
    clock,
    telemetry,
    fetch,
  })
  await alerting.receive([HOSTILE])
  await clock.advance(1000)
  expect(alerting.outbox.views().map(({ state }) => state)).toEqual(Array(8).fill('sent'))
  expect(bodies.size).toBe(8)
  for (const [where, body] of bodies) {
    expect(Buffer.byteLength(body), where).toBeLessThan(512_000)
    expect(body, where).not.toMatch(/(?:"href":"|"vo_annotate[^"]+":"|<)javascript:/) // no link to it
    expect(body, where).toContain('it is ')
  }
  const failing = [...bodies.values()].filter((body) => body.includes('a template failed: '))
  expect(failing).toHaveLength(5)
  expect(counts.get('weir_alerting_annotations_cut_total')).toBe(1)
  const onDisk = [...store.snapshot().values()].reduce((sum, text) => sum + text.length, 0)
  expect(onDisk).toBeLessThan(2_000_000)
})
