import { METADATA_SERVICES, setFenceRules } from '@weir/fetch'
import { afterEach, expect, test } from 'vitest'
import type { SmtpSettings } from './config.ts'
import { deliver } from './smtp.ts'

afterEach(() => setFenceRules({ allow: [], deny: METADATA_SERVICES }))

test.each([
  ['127.0.0.1', false],
  ['127.0.0.1', true],
  ['localhost', false],
  ['localhost', true],
  ['2130706433', false], // 127.0.0.1 for whoever looks names up
])('no mail goes to %s (TLS at once: %s) past network.outgoing', async (host, hasImplicitTls) => {
  setFenceRules({ allow: [], deny: ['127.0.0.0/8', '::1'] })
  const smtp = { host, port: 9, hasImplicitTls, requiresTls: false, hello: 'weir', tls: {} }
  const mail = { from: 'a@example.org', to: ['b@example.org'], raw: Buffer.from('x') }
  const sent = deliver(mail, smtp as unknown as SmtpSettings, new AbortController().signal)
  await expect(sent).rejects.toThrow('cannot connect: Weir may not connect to')
})
