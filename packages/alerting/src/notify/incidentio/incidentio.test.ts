import { expect, test } from 'vitest'
import { type Asked, type Reply, factsOf, notifying, sent } from '../../testing/notifying.ts'
import { INCIDENTIO } from './incidentio.ts'

const CONFIG = {
  url: 'https://api.incident.example.org/v2/alert_events/x',
  alert_source_token: 't0ken',
}

interface Payload {
  readonly version: string
  readonly truncatedAlerts: number
  readonly alerts: readonly object[]
}

/** Too large a payload is answered with 429, as incident.io does. */
function service(asked: Asked): Reply {
  if (asked.headers['authorization'] !== 'Bearer t0ken') return { status: 401 }
  return { status: Buffer.byteLength(String(asked.body)) > 512 * 1024 ? 429 : 202 }
}

test('the payload of a webhook in version 1', async () => {
  const { tell, asked } = notifying(INCIDENTIO, { ...CONFIG, max_alerts: '2' }, { service })
  expect(await tell(factsOf('firing', 3))).toEqual({ kind: 'sent' })
  const payload = sent(asked[0]) as unknown as Payload
  expect(payload).toMatchObject({ version: '1', truncatedAlerts: 1 })
  expect(payload.alerts).toHaveLength(2)
})

test('of a payload that is too large the first alert is told', async () => {
  const { tell, asked } = notifying(INCIDENTIO, CONFIG, { service })
  expect(await tell(factsOf('firing', 9, 'x'.repeat(100_000)))).toEqual({ kind: 'sent' })
  expect(sent(asked[0]) as unknown as Payload).toMatchObject({ truncatedAlerts: 8 })
})

test.each([
  [{ url: 'http://a' }, 'want exactly one of alert_source_token and http_config.authorization'],
  [{ ...CONFIG, url_file: 'f' }, 'want exactly one of url and url_file'],
  [
    { ...CONFIG, alert_source_token_file: 'f' },
    'want at most one of alert_source_token and alert_source_token_file',
  ],
  [
    { ...CONFIG, http_config: { authorization: { credentials: 'c' } } },
    'want exactly one of alert_source_token and http_config.authorization',
  ],
])('config %j is refused', (config, problem) => {
  expect(notifying(INCIDENTIO, config).problems).toContain(problem)
})
