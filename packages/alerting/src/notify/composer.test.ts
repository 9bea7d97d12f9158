import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import type { NotificationFacts } from '../template/notification-data.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { Composer, compose } from './composer.ts'
import { notificationTemplates } from './templates.ts'

const FACTS: NotificationFacts = {
  receiver: 'r',
  groupKey: '{}:{}',
  groupLabels: Labels.of({ alertname: 'A' }),
  routeLabels: Labels.EMPTY,
  reason: 'first notification',
  externalUrl: 'http://weir',
  alerts: [
    {
      status: 'firing',
      labels: Labels.of({ alertname: 'A', system: 's', pipeline: 'p', stage: 'g' }),
      annotations: Labels.of({ summary: 'it is slow', runbook_url: 'https://r/x' }),
      startsAtMs: 0,
      endsAtMs: null,
      generatorUrl: 'http://g',
      fingerprint: '1',
      evidence: { expr: 'x > 1', value: 2, threshold: { operator: '>', value: 1 } },
    },
  ],
}

const context = { clock: new ManualClock(90_000), templates: notificationTemplates() }
const composer = new Composer(FACTS, context)

test.each([
  ['{{ .Weir.Sentence }}', 'it is slow'],
  ['{{ template "__subject" . }}', '[FIRING:1] it is slow'],
  ['{{ template "__alertmanagerURL" . }}', 'http://weir/alerts?q=A'],
  ['{{ .Weir.PictureURL }}', ''],
  [
    '{{ range .Alerts }}{{ .Weir.Sentence }} {{ .Weir.Figure }}{{ end }}',
    'it is slow 2 (fires when > 1)',
  ],
  ['{{ (index .Alerts.Firing 0).Weir.Place }}', 's / p › g'],
  [
    '{{ range .Weir.Alerts }}{{ .System }}|{{ .Stage }}|{{ .Value }}|{{ .Limit }}|{{ .Expr }}{{ end }}',
    's|g|2|> 1|x > 1',
  ],
  [
    '{{ range .Weir.Alerts }}{{ range .Links }}{{ .Text }} {{ end }}{{ end }}',
    'Pipeline Chart Logs Alert Runbook ',
  ],
  ['{{ (index .Weir.Alerts 0).RunbookURL }}', 'https://r/x'],
  ['{{ .Weir.HiddenCount }}', '0'],
  ['{{ (index .Weir.Alerts 0).Since }}', expect.stringMatching(/^since .* \(1 min 30 s\)$/)],
])('%s', (template, want) => expect(composer.exact(template)).toEqual(want))

test('under strict_compat the texts are those of Alertmanager', () => {
  const templates = notificationTemplates([], true)
  const strict = new Composer(FACTS, { ...context, templates })
  expect(strict.exact('{{ template "__subject" . }}')).toBe('[FIRING:1] A (p g s)')
  expect(strict.exact('{{ template "__alertmanagerURL" . }}')).toBe(
    'http://weir/#/alerts?receiver=r',
  )
})

test("the user's files win over both", () => {
  const mine = { name: 'mine', text: '{{ define "__subject" }}mine{{ end }}' }
  const own = new Composer(FACTS, { ...context, templates: notificationTemplates([mine]) })
  expect(own.exact('{{ template "__subject" . }}')).toBe('mine')
})

test('a text whose template fails says what is wrong all the same, and names the error', () => {
  expect(composer.text('{{ template "nope" . }}')).toMatch(
    /^it is slow \(a template failed: .*nope.*\)$/,
  )
  expect(composer.text('{{ .Nope.Nope }}')).toMatch(/^it is slow \(a template failed: .*Nope.*\)$/)
  expect(composer.text('{{ .Open')).toMatch(/^it is slow \(a template failed: /)
  expect(composer.field('{{ .Nope.Nope }}', () => 'error')).toBe('error')
  expect(() => composer.exact('{{ .Nope.Nope }}')).toThrow(/Nope/)
})

test('a picture is drawn for the message, but not under strict_compat', async () => {
  const picture = { png: new Uint8Array([1]), url: 'http://weir/p.png', alt: 'x' }
  const drawing = { ...context, pictures: async () => picture }
  const { signal } = new AbortController()
  const drawn = await compose(FACTS, drawing, signal)
  expect(drawn.picture).toBe(picture)
  expect(drawn.exact('{{ .Weir.PictureURL }}')).toBe('http://weir/p.png')
  const strict = await compose(FACTS, { ...drawing, strictCompat: true }, signal)
  expect(strict.picture).toBeUndefined()
})
