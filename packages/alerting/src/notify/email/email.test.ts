import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createSocket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Labels, systemClock } from '@weir/model'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, expect, test } from 'vitest'
import type { NotificationFacts } from '../../template/notification-data.ts'
import { globalSchema } from '../global.ts'
import type { Integration, Outcome } from '../outcome.ts'
import type { Picture } from '../picture.ts'
import { notificationTemplates } from '../templates.ts'
import { emailConfigSchema } from './config.ts'
import { EMAIL } from './email.ts'

const pem = (name: string): string =>
  join(import.meta.dirname, `../../../../../fixtures/tls/${name}.pem`)
const IDENTITY = { cert: readFileSync(pem('server')), key: readFileSync(pem('server-key')) }

interface Received {
  readonly from: string
  readonly to: readonly string[]
  readonly isSecure: boolean
  readonly hello: string
  readonly user: string
  readonly raw: string
}

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

/** A mail server that takes what its options let it, and keeps it. */
async function mailServer(
  options: SMTPServerOptions = {},
): Promise<{ readonly port: number; readonly mails: Received[] }> {
  const mails: Received[] = []
  const server = new SMTPServer({
    ...IDENTITY,
    disableReverseLookup: true,
    closeTimeout: 1,
    authOptional: true,
    authMethods: ['CRAM-MD5', 'PLAIN', 'LOGIN'],
    onAuth: (auth, _session, done) => {
      const isRight =
        auth.method === 'CRAM-MD5' ? auth.validatePassword('s3cret') : auth.password === 'pass word'
      const user = [auth.method, auth.username, auth.authzid].filter(Boolean).join(' ')
      done(null, isRight ? { user } : { message: 'wrong password', responseCode: 535 })
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map((one) => one.address),
          isSecure: session.secure,
          hello: session.hostNameAppearsAs || '',
          user: String(session.user || ''),
          raw: Buffer.concat(chunks).toString(),
        })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => undefined) // a client that hangs up
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(() => new Promise((resolve) => server.close(() => resolve())))
  return { port: (server.server.address() as AddressInfo).port, mails }
}

/** A server that says this line by line, whatever it hears. */
async function scriptedServer(...lines: readonly string[]): Promise<number> {
  const server = createSocket((socket) => {
    const left = [...lines]
    socket.on('error', () => undefined)
    const say = (): void => {
      const line = left.shift()
      if (line === undefined) socket.destroy()
      else socket.write(`${line}\r\n`)
    }
    socket.on('data', say)
    say()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(() => new Promise((resolve) => server.close(() => resolve())))
  return (server.address() as AddressInfo).port
}

const FACTS: NotificationFacts = {
  receiver: 'team',
  groupKey: '{}:{alertname="A"}',
  groupLabels: Labels.of({ alertname: 'A' }),
  routeLabels: Labels.EMPTY,
  reason: 'first notification',
  externalUrl: 'http://weir',
  alerts: [
    {
      status: 'firing',
      labels: Labels.of({ alertname: 'A', job: 'etl', evil: '<b>*_[x](http://evil)</b>' }),
      annotations: Labels.of({ summary: 'Größe <1 & "so"' }),
      startsAtMs: Date.UTC(2026, 0, 1),
      endsAtMs: null,
      generatorUrl: 'http://g',
      fingerprint: '00ff',
    },
  ],
}

const TLS = { ca_file: pem('ca') }

interface Sending {
  readonly config?: object
  readonly global?: object
  readonly picture?: Picture
}

function integrationFor(port: number, { config, global, picture }: Sending = {}): Integration {
  const problems: string[] = []
  const given = emailConfigSchema.parse({
    to: 'Ops <ops@example.org>, b@example.org',
    from: 'weir@example.org',
    smarthost: `127.0.0.1:${port}`,
    tls_config: TLS,
    ...config,
  })
  const context = {
    clock: systemClock,
    templates: notificationTemplates(),
    global: globalSchema.parse({ ...global }),
    fetch: async () => Promise.reject(new Error('nothing is fetched here')),
    ...(picture === undefined ? {} : { pictures: async () => picture }),
  }
  const made = EMAIL.build(given, 0, context, {
    problem: (_path, what) => problems.push(what),
    address: () => undefined,
    template: () => undefined,
    beside: (path) => path,
  })
  expect(problems).toEqual([])
  return made
}

const sendTo = (port: number, sending?: Sending, facts = FACTS): Promise<Outcome> =>
  integrationFor(port, sending).send(facts, new AbortController().signal)

/** Header fields by name, unfolded, and what follows them. */
function parts(raw: string): { readonly headers: Map<string, string>; readonly body: string } {
  const [head = '', ...rest] = raw.split('\r\n\r\n')
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  return { headers: new Map(headers), body: rest.join('\r\n\r\n') }
}

function decoded(quotedPrintable: string): string {
  const bytes = quotedPrintable
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
  return Buffer.from(bytes, 'latin1').toString()
}

test('a mail with both parts over STARTTLS, text first, one transaction for all addresses', async () => {
  const { port, mails } = await mailServer()
  const config = { html: '<p>{{ .CommonLabels.evil }}</p>', text: '{{ .CommonLabels.evil }} ü' }
  expect(await sendTo(port, { config })).toEqual({ kind: 'sent' })
  const [mail] = mails
  expect(mail).toMatchObject({
    from: 'weir@example.org',
    to: ['ops@example.org', 'b@example.org'],
    isSecure: true,
    hello: 'localhost',
    user: '',
  })
  const { headers, body } = parts(mail!.raw)
  expect(headers.get('Subject')).toMatch(/^=\?UTF-8\?Q\?=5BFIRING/)
  expect(headers.get('To')).toBe('Ops <ops@example.org>, b@example.org')
  expect(headers.get('From')).toBe('weir@example.org')
  expect(headers.get('Message-ID')).toMatch(/^<[0-9a-f-]{36}@\S+>$/)
  expect(Math.abs(Date.parse(headers.get('Date')!) - systemClock.now())).toBeLessThan(60_000)
  expect(headers.get('MIME-Version')).toBe('1.0')
  expect(headers.get('Content-Type')).toMatch(/^multipart\/alternative;/)
  expect(headers.has('References')).toBe(false)
  const plain = body.indexOf('text/plain')
  expect(plain).toBeGreaterThan(0)
  expect(body.indexOf('text/html')).toBeGreaterThan(plain)
  expect(decoded(body)).toContain('<b>*_[x](http://evil)</b> ü\r\n')
  expect(decoded(body)).toContain('<p>&lt;b&gt;*_[x](http://evil)&lt;/b&gt;</p>')
})

test('headers are templates: they override, are encoded, and cannot smuggle others in', async () => {
  const { port, mails } = await mailServer()
  const headers = {
    subject: 'Ä {{ .CommonLabels.job }}\r\nBcc: x@evil',
    'reply-to': 'c@example.org',
    'X-Team': '{{ .Receiver }}',
    to: 'list@example.org',
  }
  await sendTo(port, { config: { headers, html: 'h', text: '' } })
  const { headers: got } = parts(mails[0]!.raw)
  expect(got.get('Subject')).toMatch(/^=\?UTF-8\?Q\?/)
  expect(got.has('Bcc')).toBe(false)
  expect(got.get('Reply-To')).toBe('c@example.org')
  expect(got.get('X-Team')).toBe('team')
  expect(got.get('To')).toBe('list@example.org')
  expect(mails[0]!.to).toEqual(['ops@example.org', 'b@example.org'])
})

test('mails of one group and day are one thread', async () => {
  const { port, mails } = await mailServer()
  const threads = async (threading: object): Promise<(string | undefined)[]> => {
    await sendTo(port, { config: { threading, html: 'h' } })
    const { headers } = parts(mails.at(-1)!.raw)
    return [headers.get('References'), headers.get('In-Reply-To')]
  }
  const hash = createHash('sha256').update(FACTS.groupKey).digest('hex').slice(0, 16)
  const day = new Date().toISOString().slice(0, 10)
  const daily = `<alert-${hash}-${day}@alertmanager>`
  expect(await threads({ enabled: 'true' })).toEqual([daily, daily])
  const ever = `<alert-${hash}-@alertmanager>`
  expect(await threads({ enabled: 'true', thread_by_date: 'none' })).toEqual([ever, ever])
})

test('the picture lies within the mail where the HTML has a place for it', async () => {
  const { port, mails } = await mailServer()
  const png = Buffer.from('not really a picture')
  const picture = { png, url: 'http://weir/p.png', alt: 'a "quoted" <line>' }
  const html = '<b>{{ template "email.picture" . }}</b>'
  await sendTo(port, { config: { html }, picture })
  const { raw } = mails[0]!
  expect(decoded(raw)).toContain('src="cid:series@weir" alt="a &#34;quoted&#34; &lt;line&gt;"')
  expect(raw).toContain('Content-ID: <series@weir>')
  expect(raw).toContain('Content-Disposition: inline; filename=series.png')
  expect(raw).toContain(png.toString('base64'))
  await sendTo(port, { config: { html: '<b>none</b>' }, picture })
  expect(mails[1]!.raw).not.toContain('image/png')
})

test.each([
  ['PLAIN', { auth_password: 'pass word', auth_identity: 'boss' }, 'PLAIN u boss'],
  ['LOGIN', { auth_password: 'pass word' }, 'LOGIN u'],
  ['CRAM-MD5', { auth_secret: 's3cret' }, 'CRAM-MD5 u'],
] as const)('logs in by %s', async (method, auth, user) => {
  const { port, mails } = await mailServer({ authMethods: [method], authOptional: false })
  expect(await sendTo(port, { config: { auth_username: 'u', ...auth } })).toEqual({ kind: 'sent' })
  expect(mails[0]!.user).toBe(user)
})

test('takes the first way to log in that there is a credential for', async () => {
  const { port, mails } = await mailServer()
  const global = { smtp_auth_username: 'u', smtp_auth_password: 'pass word' }
  await sendTo(port, { global })
  expect(mails[0]!.user).toMatch(/^PLAIN u/)
})

test('what global says is taken where the receiver says nothing; passwords come from files too', async () => {
  const { port, mails } = await mailServer({ secure: true })
  const folder = mkdtempSync(join(tmpdir(), 'weir-email-'))
  const file = join(folder, 'password')
  const global = {
    smtp_from: 'global@example.org',
    smtp_smarthost: `127.0.0.1:${port}`,
    smtp_hello: 'weir.example.org',
    smtp_auth_username: 'u',
    smtp_auth_password_file: file,
    smtp_force_implicit_tls: 'true',
    smtp_tls_config: TLS,
  }
  const config = { from: '', smarthost: '', tls_config: '' }
  expect(await sendTo(port, { config, global })).toMatchObject({
    kind: 'retry',
    cause: { message: expect.stringContaining('a password cannot be read') },
  })
  writeFileSync(file, 'pass word\n')
  expect(await sendTo(port, { config, global })).toEqual({ kind: 'sent' })
  expect(mails[0]).toMatchObject({
    from: 'global@example.org',
    hello: 'weir.example.org',
    isSecure: true,
    user: 'PLAIN u',
  })
  rmSync(folder, { recursive: true })
})

const reply = (code: number, message: string): Error =>
  Object.assign(new Error(message), { responseCode: code })

test.each([
  [
    'a final no to the sender',
    {
      onMailFrom: (_: unknown, __: unknown, done: (e: Error) => void) =>
        done(reply(550, 'go away')),
    },
    'refused',
    '550 go away',
  ],
  [
    'a no for now',
    {
      onMailFrom: (_: unknown, __: unknown, done: (e: Error) => void) => done(reply(451, 'later')),
    },
    'retry',
    '451 later',
  ],
  [
    'a final no to all addresses',
    {
      onRcptTo: (_: unknown, __: unknown, done: (e: Error) => void) => done(reply(550, 'unknown')),
    },
    'refused',
    '550 unknown',
  ],
  [
    'a no to the mail itself',
    {
      onData: (stream: NodeJS.ReadableStream, _: unknown, done: (e: Error) => void) => {
        stream.resume().on('end', () => done(reply(554, 'spam')))
      },
    },
    'refused',
    '554 spam',
  ],
  ['a mail that is too large', { size: 100 }, 'refused', 'larger'],
] as const)('%s', async (_what, options, kind, why) => {
  const { port } = await mailServer(options)
  expect(await sendTo(port)).toMatchObject({
    kind,
    cause: { message: expect.stringContaining(why) },
  })
})

test('an address that is put off gets its mail later, the others no second one', async () => {
  let isGrey = true
  const { port, mails } = await mailServer({
    onRcptTo: ({ address }, _session, done) => {
      if (address === 'b@example.org' && isGrey) done(reply(450, 'greylisted'))
      else if (address === 'gone@example.org') done(reply(550, 'no such user'))
      else done()
    },
  })
  const config = { to: 'a@example.org, b@example.org, gone@example.org' }
  const integration = integrationFor(port, { config })
  const { signal } = new AbortController()
  expect(await integration.send(FACTS, signal)).toMatchObject({
    kind: 'retry',
    cause: { message: expect.stringContaining('Cannot notify b@example.org by e-mail') },
  })
  isGrey = false
  expect(await integration.send(FACTS, signal)).toEqual({ kind: 'sent' })
  expect(mails.map((mail) => mail.to)).toEqual([['a@example.org'], ['b@example.org']])
  expect(await integration.send(FACTS, signal)).toEqual({ kind: 'sent' })
  expect(mails[2]!.to).toEqual(['a@example.org', 'b@example.org'])
})

test.each([
  [
    'a wrong password',
    { config: { auth_username: 'u', auth_password: 'S3CRET' } },
    'refused',
    '535',
  ],
  ['no credential that fits', { config: { auth_username: 'u' } }, 'refused', 'want auth_password'],
  [
    'a certificate that nobody vouches for',
    { config: { tls_config: {} } },
    'retry',
    'name who did in ca_file',
  ],
  ['a sender that is none', { config: { from: 'nobody' } }, 'refused', 'want addresses'],
  [
    'a template of an address that fails',
    { config: { to: '{{ template "nope" . }}' } },
    'refused',
    'nope',
  ],
  [
    'a file of certificates that is not there',
    { config: { tls_config: { ca_file: '/nope.pem' } } },
    'retry',
    'nope.pem',
  ],
] as const)('%s', async (_what, sending, kind, why) => {
  const { port, mails } = await mailServer()
  const outcome = await sendTo(port, sending)
  expect(outcome).toMatchObject({ kind, cause: { message: expect.stringContaining(why) } })
  expect(JSON.stringify(outcome)).not.toContain('S3CRET')
  expect(mails).toEqual([])
})

test('without STARTTLS nothing is sent unless require_tls is false; PLAIN then stays on this machine', async () => {
  const { port, mails } = await mailServer({ disabledCommands: ['STARTTLS'] })
  expect(await sendTo(port)).toMatchObject({
    kind: 'retry',
    cause: { message: expect.stringContaining('no STARTTLS, which require_tls wants') },
  })
  expect(mails).toEqual([])
  const config = { require_tls: 'false' }
  expect(await sendTo(port, { config })).toEqual({ kind: 'sent' })
  expect(mails[0]!.isSecure).toBe(false)
})

test.each([
  ['hangs up', [], 'retry'],
  ['greets with a no', ['554 not here'], 'refused'],
  ['is busy', ['421 later'], 'retry'],
  ['talks nonsense', ['HTTP/1.1 400 Bad Request'], 'retry'],
  ['dies in the middle', ['220 hi', '250-me\r\n250 8BITMIME'], 'retry'],
] as const)('a server that %s', async (_what, lines, kind) => {
  const port = await scriptedServer(...lines)
  expect(await sendTo(port, { config: { require_tls: 'false' } })).toMatchObject({ kind })
})

test('a closed port is for later, and says what to look at', async () => {
  const port = await scriptedServer()
  await open.pop()!()
  expect(await sendTo(port)).toMatchObject({
    kind: 'retry',
    cause: {
      message:
        'Cannot notify by e-mail: cannot connect: nothing listens there (connection refused); look whether it runs, and at its port',
    },
  })
})

test('a mail whose template fails says what is wrong all the same', async () => {
  const { port, mails } = await mailServer()
  const config = { html: '{{ template "nope" . }}' }
  expect(await sendTo(port, { config })).toEqual({ kind: 'sent' })
  expect(decoded(mails[0]!.raw)).toContain('Größe &lt;1 &amp; &quot;so&quot; (a template failed')
})

test('an aborted mail ends at once', async () => {
  const port = await scriptedServer('220 hi')
  const stop = new AbortController()
  const sending = integrationFor(port).send(FACTS, stop.signal)
  stop.abort(new Error('stop'))
  await expect(sending).rejects.toThrow('stop')
})
