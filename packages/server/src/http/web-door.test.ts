import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { AccessDesk } from '../access/access-desk.ts'
import { memoryStore } from '../access/testing/memory-store.ts'
import { StepClock } from '../access/testing/step-clock.ts'
import { CLIENTS, POLICIES, TLS_FOLDER, knock } from '../access/testing/tls-clients.ts'
import { SECRET_HASH } from '../access/testing/web-config-files.ts'
import { WebDoor, tlsOptionsOf } from '../access/web-door.ts'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { type HttpServer, createHttp } from './app.ts'
import { standIn } from './testing/stand-in.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-door-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Stand {
  readonly http: HttpServer
  readonly door: WebDoor
  readonly clock: StepClock
  readonly file: string
}

let stand: Stand | undefined
afterEach(async () => {
  await stand?.http[Symbol.asyncDispose]()
  stand = undefined
})

async function open(text: string): Promise<Stand> {
  const file = join(folder, 'web.yml')
  writeFileSync(file, text)
  const clock = new StepClock()
  const telemetry = { registry: new Registry(), log: new Log(pino({ level: 'silent' })) }
  const door = new WebDoor({ file, clock, telemetry })
  const access = new AccessDesk({ auth: undefined, door, clock, telemetry })
  access.open(memoryStore())
  const http = await createHttp(standIn({ door, access, clock, tokens: () => access.tokens }))
  stand = { http, door, clock, file }
  return stand
}

const QUERY = '/api/v1/query?query=1'
const basic = (user: string, password: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
})

test.each(POLICIES)('clients at a door with $name', async ({ text, answers }) => {
  const { http } = await open(text)
  const { url } = await http.listen({ host: '127.0.0.1', port: 0 })
  expect(url).toMatch(/^https:/)
  const got = await Promise.all(
    CLIENTS.map(async (client) => [client, await knock(url + QUERY, client)]),
  )
  expect(Object.fromEntries(got)).toEqual(answers)
})

test('what a client says that is turned away is read by nobody', async () => {
  const file = join(folder, 'certificates.yml')
  writeFileSync(file, POLICIES.find(({ name }) => name === 'RequireAndVerifyClientCert')!.text)
  const telemetry = { registry: new Registry(), log: new Log(pino({ level: 'silent' })) }
  const door = new WebDoor({ file, clock: new StepClock(), telemetry })
  const read: string[] = []
  const server = createServer(tlsOptionsOf(door.tls!), (asked, answer) => {
    read.push(asked.url!)
    answer.end()
  })
  door.guard(server, () => undefined)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const each = CLIENTS.flatMap((client) => Array.from({ length: 5 }, () => client))
  const got = await Promise.all(each.map((client) => knock(`${url}/${client}`, client)))
  expect(got.filter((outcome) => outcome !== 'closed')).toEqual([200, 200, 200, 200, 200])
  expect([...new Set(read)]).toEqual(['/client'])
  await new Promise((resolve) => server.close(resolve))
})

test('users come in with their password and not with another one', async () => {
  const { http } = await open(`basic_auth_users: { ann: ${SECRET_HASH} }`)
  const statuses = await Promise.all(
    [{}, basic('ann', 'secret'), basic('ann', 'Secret'), basic('bob', 'secret'), basic('', '')].map(
      async (headers) => (await http.inject({ url: QUERY, headers })).statusCode,
    ),
  )
  expect(statuses).toEqual([401, 200, 401, 401, 401])
  const { headers } = await http.inject({ url: QUERY })
  expect(headers['www-authenticate']).toBe('Bearer realm="weir", scope="read", Basic realm="weir"')
  // A page must not make the browser ask in its own window.
  const ofPage = await http.inject({ url: QUERY, headers: { 'sec-fetch-mode': 'cors' } })
  expect(ofPage.headers['www-authenticate']).toBe('Bearer realm="weir"')
  expect((await http.inject({ url: '/-/healthy' })).statusCode).toBe(200)
})

test('twenty at once with the right password all come in; wrong ones are slowed', async () => {
  const { http } = await open(`basic_auth_users: { ann: ${SECRET_HASH} }`)
  const ask = async (password: string): Promise<number> =>
    (await http.inject({ url: QUERY, headers: basic('ann', password) })).statusCode
  const all = await Promise.all(Array.from({ length: 20 }, () => ask('secret')))
  expect(new Set(all)).toEqual(new Set([200]))
  const guesses = await Promise.all(Array.from({ length: 20 }, (_, i) => ask(`guess-${i}`)))
  expect(guesses.filter((status) => status === 401).length).toBe(6)
  expect(guesses.filter((status) => status === 429).length).toBe(14)
  expect(await ask('secret')).toBe(200)
})

test('headers and the limit of requests are as the file says', async () => {
  const { http, clock } = await open(
    'http_server_config: { headers: { Strict-Transport-Security: max-age=60 } }\nrate_limit: { interval: 1s, burst: 2 }\n',
  )
  const ask = async (): Promise<[number, unknown]> => {
    const { statusCode, headers } = await http.inject({ url: QUERY })
    return [statusCode, headers['strict-transport-security']]
  }
  const hsts = 'max-age=60'
  expect([await ask(), await ask(), await ask()]).toEqual([
    [200, hsts],
    [200, hsts],
    [429, hsts],
  ])
  clock.pass(1000)
  expect((await ask())[0]).toBe(200)
})

test('a new certificate holds for new connections, and the old ones stay', async () => {
  const own = (name: string, file: string): void =>
    copyFileSync(join(TLS_FOLDER, `${name}.pem`), join(folder, file))
  own('server', 'cert.pem')
  own('server-key', 'key.pem')
  const { http, door, file } = await open(
    'tls_server_config: { cert_file: cert.pem, key_file: key.pem }',
  )
  const { port } = await http.listen({ host: '127.0.0.1', port: 0 })
  const meet = async (): Promise<ReturnType<typeof connect>> => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
    await new Promise((resolve) => socket.once('secureConnect', resolve))
    return socket
  }
  const first = await meet()
  expect(first.getPeerCertificate().subject.CN).toBe('server')
  own('named', 'cert.pem')
  expect(() => door.reread()).toThrow('want a certificate and its own key') // half of it is there
  const between = await meet()
  expect(between.getPeerCertificate().subject.CN).toBe('server')
  own('named-key', 'key.pem')
  door.reread()
  const second = await meet()
  expect(second.getPeerCertificate().subject.CN).toBe('named')
  writeFileSync(file, 'basic_auth_users: {}')
  expect(() => door.reread()).toThrow('whether TLS is spoken counts from the start on')
  const answered = new Promise<string>((resolve) =>
    first.once('data', (data) => resolve(String(data))),
  )
  first.write('GET /-/healthy HTTP/1.1\r\nhost: localhost\r\n\r\n')
  expect(await answered).toMatch(/^HTTP\/1\.1 200/)
  for (const socket of [first, between, second]) socket.destroy()
})

test('another policy for certificates holds for new connections too', async () => {
  const policy = (name: string): string => POLICIES.find((one) => one.name === name)!.text
  const { http, door, file } = await open(policy('NoClientCert'))
  const { url } = await http.listen({ host: '127.0.0.1', port: 0 })
  expect(await knock(url + QUERY, 'none')).toBe(200)
  const offer = { connection: 'Upgrade', upgrade: 'h2c' }
  expect(await knock(url + QUERY, 'none', offer)).toBe(200)
  writeFileSync(file, policy('RequireAndVerifyClientCert'))
  door.reread()
  expect(await knock(url + QUERY, 'none')).toBe('closed')
  expect(await knock(url + QUERY, 'client')).toBe(200)
})

test('connections of clients whose CA is taken away end: idle ones at once, busy ones with their answer', async () => {
  const policy = (name: string): string => POLICIES.find((one) => one.name === name)!.text
  const { http, door, file } = await open(policy('RequireAndVerifyClientCert'))
  const { url } = await http.listen({ host: '127.0.0.1', port: 0 })
  const agent = clientAgent()
  const ask = (): Promise<Answered> => answered(agent, url + QUERY)
  expect(await ask()).toEqual({ status: 200, connection: 'keep-alive', isReused: false })
  expect(await ask()).toEqual({ status: 200, connection: 'keep-alive', isReused: true })
  // Another certificate of Weir's own ends nothing.
  writeFileSync(file, `${policy('RequireAndVerifyClientCert')}\n# the same`)
  door.reread()
  expect((await ask()).isReused).toBe(true)
  const busy = answered(agent, `${url}/api/v1/query?query=slow`, () => {
    writeFileSync(file, policy('RequireAndVerifyClientCert').replace('ca.pem', 'other-ca.pem'))
    door.reread()
  })
  expect((await busy).connection).toBe('close')
  await expect(ask()).rejects.toThrow()
  agent.destroy()
})

test('a certificate that is over in the midst of a connection counts no more', async () => {
  const { http, clock } = await open(
    POLICIES.find(({ name }) => name === 'RequireAndVerifyClientCert')!.text,
  )
  const { url } = await http.listen({ host: '127.0.0.1', port: 0 })
  const agent = clientAgent()
  expect(await answered(agent, url + QUERY)).toMatchObject({ status: 200 })
  clock.pass(200 * 365 * 86_400_000)
  expect(await answered(agent, url + QUERY)).toMatchObject({ status: 401, isReused: true })
  agent.destroy()
})

interface Answered {
  readonly status: number | undefined
  readonly connection: string | undefined
  readonly isReused: boolean
}

function clientAgent(): Agent {
  const pem = (name: string): Buffer => readFileSync(join(TLS_FOLDER, `${name}.pem`))
  const own = { ca: pem('ca'), cert: pem('client'), key: pem('client-key') }
  return new Agent({ ...own, keepAlive: true, maxSockets: 1 })
}

/** @param sent hears when the request is on its way, its body not yet whole */
function answered(agent: Agent, url: string, sent?: () => void): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent, method: sent === undefined ? 'GET' : 'POST' })
    asked.on('error', reject)
    asked.on('response', (answer) => {
      answer.resume()
      const { statusCode: status, headers } = answer
      answer.once('end', () =>
        resolve({ status, connection: headers.connection, isReused: asked.reusedSocket }),
      )
    })
    if (sent === undefined) return asked.end()
    asked.setHeader('content-type', 'application/x-www-form-urlencoded')
    asked.setHeader('expect', '100-continue')
    asked.once('continue', () => {
      sent()
      asked.end('query=1')
    })
    asked.flushHeaders()
    return undefined
  })
}
