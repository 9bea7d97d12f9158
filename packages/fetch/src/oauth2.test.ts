import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, type Millis, systemClock } from '@weir/model'
import { describe, expect, test } from 'vitest'
import { HttpClient } from './client.ts'
import { httpClientConfig } from './config.ts'
import { type TestServer, identity, pemFile, proxy, serve } from './testing/servers.ts'

interface TokenServer extends TestServer {
  /** The requests for a token: the header, and the form. */
  readonly asked: { readonly authorization: string; readonly form: Record<string, string> }[]
}

/** Gives out `token-1`, `token-2`, …; what `refuses` gets an answer of its own. */
async function tokenServer(
  answer: object | string = { token_type: 'bearer', expires_in: 100 },
  refuses: (authorization: string) => boolean = () => false,
  tls?: object,
): Promise<TokenServer> {
  const asked: TokenServer['asked'] = []
  const server = await serve((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()))
      const authorization = incoming.headers.authorization ?? '-'
      asked.push({ authorization, form })
      if (refuses(authorization)) {
        outgoing.writeHead(401).end('who are you')
        return
      }
      const token = `token-${asked.length}`
      outgoing.end(
        typeof answer === 'string' ? answer : JSON.stringify({ access_token: token, ...answer }),
      )
    })
  }, tls)
  return { ...server, asked }
}

function config(tokens: TestServer, more: object = {}): object {
  return { oauth2: { client_id: 'me', client_secret: 's', token_url: `${tokens.url}/t`, ...more } }
}

async function open(given: object, clock: Clock = systemClock): Promise<HttpClient> {
  return HttpClient.open(httpClientConfig.parse(given), { clock })
}

async function ask(client: HttpClient, url: string): Promise<string> {
  try {
    const reply = await client.request(url)
    return `${reply.status} ${await reply.text(1000)}`
  } catch (error) {
    return (error as Error).message
  }
}

const mirror = (): Promise<TestServer> =>
  serve((incoming, outgoing) => outgoing.end(incoming.headers.authorization ?? '-'))

test('a token is fetched once, and anew shortly before it ends', async () => {
  await using tokens = await tokenServer()
  await using target = await mirror()
  let nowMs = 1_000_000
  const clock: Clock = { ...systemClock, now: () => nowMs as Millis }
  await using client = await open(
    config(tokens, { scopes: ['a', 'b'], endpoint_params: { audience: 'x' } }),
    clock,
  )
  const both = await Promise.all([ask(client, target.url), ask(client, target.url)])
  expect(both).toEqual(['200 Bearer token-1', '200 Bearer token-1'])
  nowMs += 89_000
  expect(await ask(client, target.url)).toBe('200 Bearer token-1')
  nowMs += 2000
  expect(await ask(client, target.url)).toBe('200 Bearer token-2')
  expect(tokens.asked[0]).toEqual({
    authorization: `Basic ${Buffer.from('me:s').toString('base64')}`,
    form: { grant_type: 'client_credentials', scope: 'a b', audience: 'x' },
  })
})

test('a token that is not taken is fetched anew, once', async () => {
  await using tokens = await tokenServer()
  await using target = await serve((incoming, outgoing) => {
    const { authorization = '' } = incoming.headers
    outgoing.writeHead(authorization === 'Bearer token-2' ? 200 : 401).end(authorization)
  })
  await using client = await open(config(tokens))
  expect(await ask(client, target.url)).toBe('200 Bearer token-2')
  await using never = await serve((_, outgoing) => outgoing.writeHead(401).end('no'))
  expect(await ask(client, never.url)).toBe('401 no')
  expect(tokens.asked).toHaveLength(3)
})

test('id and secret go into the form where the server wants them there, and are escaped in the header', async () => {
  await using tokens = await tokenServer({}, (authorization) => authorization !== '-')
  await using target = await mirror()
  await using client = await open(config(tokens, { client_id: 'a:b', client_secret: 'c d' }))
  expect(await ask(client, target.url)).toBe('200 Bearer token-2')
  expect(tokens.asked).toEqual([
    {
      authorization: `Basic ${Buffer.from('a%3Ab:c+d').toString('base64')}`,
      form: { grant_type: 'client_credentials' },
    },
    {
      authorization: '-',
      form: { grant_type: 'client_credentials', client_id: 'a:b', client_secret: 'c d' },
    },
  ])
})

test('a changed secret gives a new token', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'weir-oauth2-'))
  const file = join(folder, 'secret')
  await writeFile(file, 'one')
  await using tokens = await tokenServer()
  await using target = await mirror()
  await using client = await open(
    config(tokens, { client_secret: undefined, client_secret_file: file }),
  )
  expect(await ask(client, target.url)).toBe('200 Bearer token-1')
  await writeFile(file, 'two')
  expect(await ask(client, target.url)).toBe('200 Bearer token-2')
  await rm(folder, { recursive: true })
})

test('the token server may be behind TLS and a proxy of its own', async () => {
  await using tokens = await tokenServer({}, undefined, identity('server'))
  await using way = await proxy()
  await using target = await mirror()
  const more = { tls_config: { ca_file: pemFile('ca') }, proxy_url: way.url }
  await using client = await open(config(tokens, more))
  expect(await ask(client, target.url)).toBe('200 Bearer token-1')
  expect(way.asked[0]?.line).toBe(`CONNECT 127.0.0.1:${tokens.port}`)
})

describe('no token', () => {
  test.each([
    ['refused', { error: 1 }, () => true, 'want one, got status 401: who are you'],
    ['an odd answer', '[]', undefined, 'want one, got an answer without access_token'],
    ['an empty one', '', undefined, 'want one, got an answer without access_token'],
  ])('%s', async (_what, answer, refuses, want) => {
    await using tokens = await tokenServer(answer, refuses)
    await using target = await mirror()
    await using client = await open(config(tokens))
    expect(await ask(client, target.url)).toContain(want)
  })

  test('a form is an answer too', async () => {
    await using tokens = await tokenServer('access_token=x%20y&token_type=mac')
    await using target = await mirror()
    await using client = await open(config(tokens))
    expect(await ask(client, target.url)).toBe('200 mac x y')
  })

  test('when nobody gives them out', async () => {
    await using target = await mirror()
    await using client = await open({
      oauth2: { client_id: 'i', token_url: 'http://127.0.0.1:1/t?key=S3CRET' },
    })
    expect(await ask(client, target.url)).toMatch(
      /^cannot get a token from http:\/\/127\.0\.0\.1:1\/t: nothing listens there/,
    )
  })
})
