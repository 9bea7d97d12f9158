import { expect, test } from 'vitest'
import { type Asked, type Reply, factsOf, notifying, sent } from '../../testing/notifying.ts'
import { TEAMS_BYTES_MAX } from '../teams-size.ts'
import { MSTEAMS } from './msteams.ts'

const CONFIG = { webhook_url: 'https://example.webhook.office.com/webhookb2/t0ken' }

/** Takes message cards of 28 kB; says no with a 200, as connectors do. */
function service(asked: Asked): Reply {
  const card = sent(asked)
  const isCard =
    card['@context'] === 'http://schema.org/extensions' && card['type'] === 'MessageCard'
  if (isCard && Buffer.byteLength(String(asked.body)) <= 28_000) return { body: '1' }
  return { body: 'Webhook message delivery failed with error: HTTP error 413' }
}

test('a message card whose values show as they are', async () => {
  const { tell, asked } = notifying(MSTEAMS, CONFIG, { service })
  expect(await tell()).toEqual({ kind: 'sent' })
  const card = sent(asked[0]) as unknown as { title: string; text: string; summary: string }
  expect(card).toMatchObject({
    themeColor: '8C1A1A',
    summary: expect.stringContaining('[FIRING:1]'),
  })
  expect(card.title).toContain('\\<b\\>\\*\\_\\[x\\]')
  expect(card.text).toContain('Value **7 \\(fires when \\> 5\\)**\n\n')
})

test('a card that is too large is cut to what Teams takes', async () => {
  const { tell, asked } = notifying(MSTEAMS, CONFIG, { service })
  const facts = factsOf('firing', 10, '"ä'.repeat(3000))
  const config = { ...CONFIG, text: '{{ range .Alerts }}{{ .Annotations.summary }}{{ end }}' }
  const own = notifying(MSTEAMS, config, { service })
  for (const one of [{ tell, asked }, own]) {
    expect(await one.tell(facts)).toEqual({ kind: 'sent' })
    const bytes = Buffer.byteLength(String(one.asked[0]!.body))
    expect(bytes).toBeLessThanOrEqual(TEAMS_BYTES_MAX)
  }
  expect(Buffer.byteLength(String(own.asked[0]!.body))).toBeGreaterThan(TEAMS_BYTES_MAX * 0.8)
})

test.each([
  ['Microsoft Teams endpoint returned HTTP error 429 with ContextId x', 'retry'],
  ['Webhook message delivery failed with error: HTTP error 403', 'refused'],
] as const)('the 200 that says %j is %s', async (body, kind) => {
  const { tell } = notifying(MSTEAMS, CONFIG, { service: () => ({ body }) })
  expect(await tell()).toMatchObject({ kind })
})
