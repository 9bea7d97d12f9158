import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage, RequestListener } from 'node:http'
import { createServer as createSocketServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { HttpClient, type HttpRequest } from './client.ts'
import { type HttpClientConfig, httpClientConfig } from './config.ts'
import { identity, pem, pemFile, proxy, serve } from './testing/servers.ts'

/** One request with a client of its own; gives `status body`, or why there is none. */
async function ask(url: string, config: object = {}, wanted: HttpRequest = {}): Promise<string> {
  try {
    await using client = await HttpClient.open(parse(config))
    return await answer(client, url, wanted)
  } catch (error) {
    return (error as Error).message
  }
}

async function answer(client: HttpClient, url: string, wanted: HttpRequest = {}): Promise<string> {
  const reply = await client.request(url, wanted)
  return `${reply.status} ${await reply.text(1000)}`
}

function parse(config: object): HttpClientConfig {
  return httpClientConfig.parse(config)
}

/** Answers with what came in: method, path, and the headers of that name. */
function mirror(...names: readonly string[]): RequestListener {
  return (incoming, outgoing) => {
    const told = names.map((name) => incoming.headers[name] ?? '-')
    outgoing.end([incoming.method, incoming.url, ...told].join(' '))
  }
}

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-fetch-'))
  try {
    await body(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe('credentials', () => {
  test.each([
    [{}, '-'],
    [{ basic_auth: { username: 'u', password: 'p' } }, 'Basic dTpw'],
    [{ basic_auth: { username: 'u' } }, 'Basic dTo='],
    [{ authorization: { credentials: 'secret' } }, 'Bearer secret'],
    [{ authorization: { type: 'Token', credentials: 'x' } }, 'Token x'],
    [{ bearer_token: 'abc' }, 'Bearer abc'],
  ])('%j', async (config, want) => {
    await using server = await serve(mirror('authorization'))
    expect(await ask(server.url, config)).toBe(`200 GET / ${want}`)
  })

  test('files are read at each request', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'token')
      await writeFile(file, 'first\n')
      await using server = await serve(mirror('authorization'))
      await using client = await HttpClient.open(parse({ bearer_token_file: file }))
      expect(await answer(client, server.url)).toBe('200 GET / Bearer first')
      await writeFile(file, 'second')
      expect(await answer(client, server.url)).toBe('200 GET / Bearer second')
      await rm(file)
      await expect(client.request(server.url)).rejects.toThrow(
        `cannot read "${file}": there is no such file`,
      )
    }))

  test('headers of the configuration, of values, secrets and files', () =>
    withFolder(async (folder) => {
      await writeFile(join(folder, 'f'), ' three \n')
      await using server = await serve(mirror('x-scope'))
      const scope = { values: ['one'], secrets: ['two'], files: [join(folder, 'f')] }
      const told = await ask(server.url, { http_headers: { 'X-Scope': scope } })
      expect(told).toBe('200 GET / one, two, three')
    }))
})

describe('redirects', () => {
  test('are followed, with credentials to the same server', async () => {
    await using server = await serve((incoming, outgoing) => {
      if (incoming.url === '/a') outgoing.writeHead(302, { location: 'b' }).end()
      else mirror('authorization')(incoming, outgoing)
    })
    expect(await ask(`${server.url}/a`, { bearer_token: 't' })).toBe('200 GET /b Bearer t')
  })

  test('to another server go without credentials', async () => {
    await using other = await serve(mirror('authorization', 'x-key', 'cookie', 'accept'))
    await using server = await serve((_, outgoing) =>
      outgoing.writeHead(301, { location: other.url }).end(),
    )
    const config = { bearer_token: 't', http_headers: { 'X-Key': { secrets: ['k'] } } }
    const headers = { cookie: 'c', accept: 'text/plain' }
    expect(await ask(server.url, config, { headers })).toBe('200 GET / - - - text/plain')
  })

  test.each([
    [303, 'GET /b -'],
    [302, 'GET /b -'],
    [307, 'POST /b 2'],
    [308, 'POST /b 2'],
  ])('of a POST, status %d: %s', async (status, want) => {
    await using server = await serve((incoming, outgoing) => {
      if (incoming.url === '/a') outgoing.writeHead(status, { location: '/b' }).end()
      else mirror('content-length')(incoming, outgoing)
    })
    const wanted = { method: 'POST', body: 'hi' } as const
    expect(await ask(`${server.url}/a`, {}, wanted)).toBe(`200 ${want}`)
  })

  test.each([
    ['not followed where told so', { follow_redirects: false }, '/', '302 '],
    ['in a ring', {}, '/', 'it redirected more than 10 times'],
    ['to a file', {}, 'file:///etc/passwd', 'it redirects to what is no http or https address'],
  ])('%s', async (_what, config, location, want) => {
    await using server = await serve((_, outgoing) => outgoing.writeHead(302, { location }).end())
    expect(await ask(server.url, config)).toBe(want)
  })
})

describe('TLS', () => {
  const ca = { ca_file: pemFile('ca') }
  test.each([
    ['a certificate of the named authority', 'server', ca, '200 GET /'],
    ['inline too', 'server', { ca: pem('ca') }, '200 GET /'],
    ['an unknown authority', 'server', {}, 'name who did in ca_file of tls_config'],
    ['another authority', 'other', ca, 'name who did in ca_file of tls_config'],
    ['taken all the same', 'other', { insecure_skip_verify: true }, '200 GET /'],
    ['another name', 'named', ca, 'set server_name of tls_config to one that it has'],
    ['the name that it has', 'named', { ...ca, server_name: 'metrics.test' }, '200 GET /'],
    ['expired', 'expired', ca, 'its certificate has expired'],
    ['no such file', 'server', { ca_file: '/none' }, 'cannot read "/none": there is no such file'],
    ['no certificate', 'server', { ca: 'x' }, 'cannot use tls_config: want certificates in PEM'],
    [
      "another's key",
      'server',
      { ...ca, cert_file: pemFile('client'), key_file: pemFile('server-key') },
      'want a certificate and its own key',
    ],
  ])('%s', async (_what, name, tls_config, want) => {
    await using server = await serve(mirror(), identity(name))
    expect(await ask(server.url, { tls_config })).toContain(want)
  })

  test('a server may want a certificate from us', async () => {
    const options = { ...identity('server'), ca: pem('ca'), requestCert: true }
    const told: RequestListener = (incoming, outgoing) => {
      const { socket } = incoming as IncomingMessage & {
        socket: { getPeerCertificate(): { subject?: { CN?: string } } }
      }
      outgoing.end(socket.getPeerCertificate().subject?.CN)
    }
    await using server = await serve(told, options)
    const own = { ...ca, cert_file: pemFile('client'), key: pem('client-key') }
    expect(await ask(server.url, { tls_config: own })).toBe('200 client')
    expect(await ask(server.url, { tls_config: ca })).toMatch(/wants a certificate|closed before/)
  })

  test('versions have to meet', async () => {
    await using server = await serve(mirror(), { ...identity('server'), maxVersion: 'TLSv1.2' })
    expect(await ask(server.url, { tls_config: { ...ca, max_version: 'TLS12' } })).toBe('200 GET /')
    expect(await ask(server.url, { tls_config: { ...ca, min_version: 'TLS13' } })).toContain(
      'no version of TLS is spoken by both',
    )
  })

  test('a plain server asked for TLS, and the other way about', async () => {
    await using plain = await serve(mirror())
    await using secret = await serve(mirror(), identity('server'))
    const asSecret = plain.url.replace('http:', 'https:')
    const asPlain = secret.url.replace('https:', 'http:')
    expect(await ask(asSecret)).toContain('it does not speak TLS on that port; perhaps it is http')
    expect(await ask(asPlain)).toMatch(/closed before|perhaps it is https/)
  })

  test('changed files count from the next request on, broken ones are told', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'ca.pem')
      await writeFile(file, pem('other-ca'))
      await using server = await serve(mirror(), identity('server'))
      await using client = await HttpClient.open(parse({ tls_config: { ca_file: file } }))
      await expect(client.request(server.url)).rejects.toThrow('name who did in ca_file')
      await writeFile(file, 'half a certif')
      await expect(client.request(server.url)).rejects.toThrow('its changed files are not in use')
      await writeFile(file, pem('ca'))
      expect(await answer(client, server.url)).toBe('200 GET /')
      await writeFile(file, pem('other-ca'))
      await expect(client.request(server.url)).rejects.toThrow('name who did in ca_file')
    }))
})

describe('a proxy', () => {
  test('gets plain requests whole', async () => {
    await using server = await serve(mirror('host'))
    await using way = await proxy()
    const url = `http://metrics.test:${server.port}/m?q=1`
    expect(await ask(url, { proxy_url: way.url })).toBe(
      `200 GET /m?q=1 metrics.test:${server.port}`,
    )
    expect(way.asked.map(({ line }) => line)).toEqual([`GET ${url}`])
  })

  test('opens a tunnel for TLS, with its own headers', async () => {
    await using server = await serve(mirror('host', 'x-way'), identity('server'))
    await using way = await proxy('u:p%40ss')
    const url = `https://metrics.test:${server.port}/m`
    const config = {
      proxy_url: way.url,
      proxy_connect_header: { 'X-Way': ['secret'] },
      tls_config: { ca_file: pemFile('ca') },
    }
    // The proxy of this test compares what it was given, escapes and all.
    expect(await ask(url, config)).toContain('the proxy wants a user and password (status 407)')
    await using open = await proxy('u:p')
    expect(await ask(url, { ...config, proxy_url: open.url })).toBe(
      `200 GET /m metrics.test:${server.port} -`,
    )
    expect(open.asked[0]?.line).toBe(`CONNECT metrics.test:${server.port}`)
    expect(open.asked[0]?.headers['x-way']).toBe('secret')
  })

  test('wants a password', async () => {
    await using server = await serve(mirror())
    await using way = await proxy('u:p')
    const proxy_url = way.url.replace('u:p', 'u:q')
    expect(await ask(server.url, { proxy_url })).toContain('the proxy wants a user and password')
    expect(await ask(server.url, { proxy_url: way.url })).toBe('200 GET /')
  })

  test('may speak TLS itself', async () => {
    await using server = await serve(mirror(), identity('server'))
    await using way = await proxy(undefined, identity('server'))
    const config = { proxy_url: way.url, tls_config: { ca_file: pemFile('ca') } }
    expect(await ask(server.url, config)).toBe('200 GET /')
    expect(way.asked).toHaveLength(1)
  })

  test('is left out for hosts that no_proxy names, and for this machine', async () => {
    await using server = await serve(mirror())
    await using way = await proxy()
    expect(await ask(server.url, { proxy_url: way.url, no_proxy: 'x.test' })).toBe('200 GET /')
    expect(way.asked).toHaveLength(0)
    expect(await ask(server.url, { proxy_url: way.url })).toBe('200 GET /')
    expect(way.asked).toHaveLength(1)
  })

  test('that is not there is told', async () => {
    expect(await ask('http://metrics.test/', { proxy_url: 'http://127.0.0.1:1' })).toContain(
      'nothing listens there',
    )
  })
})

describe('answers', () => {
  test('are unpacked within bounds', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000))
    await using server = await serve((incoming, outgoing) => {
      const body = incoming.url === '/bomb' ? bomb : gzipSync('packed')
      outgoing.writeHead(200, { 'content-encoding': 'gzip' }).end(body)
    })
    expect(await ask(server.url)).toBe('200 packed')
    expect(await ask(`${server.url}/bomb`)).toBe('the answer is longer than 1000 bytes')
  })

  test('without end are ended', async () => {
    await using server = await serve((_, outgoing) => {
      const more = (): void => {
        while (outgoing.write('x'.repeat(10_000)));
      }
      outgoing.on('drain', more)
      more()
    })
    expect(await ask(server.url)).toBe('the answer is longer than 1000 bytes')
  })

  test('that do not come end with the signal', async () => {
    await using server = await serve(() => undefined)
    await using client = await HttpClient.open(parse({}))
    const signal = AbortSignal.timeout(20)
    await expect(client.request(server.url, { signal })).rejects.toThrow('aborted due to timeout')
  })

  test.each([
    ['http://127.0.0.1:1/', 'nothing listens there (connection refused)'],
    ['http://none.invalid/', /no such host is known|could not be looked up/],
  ])('from %s there are none', async (url, want) => {
    expect(await ask(url)).toMatch(want)
  })

  test('that are not HTTP are told', async () => {
    const server = createSocketServer((socket) => {
      socket
        .on('error', () => undefined)
        .resume()
        .end('SSH-2.0-OpenSSH_9\r\n')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    expect(await ask(`http://127.0.0.1:${port}/`)).toContain('what it says is not HTTP')
    await new Promise((resolve) => server.close(resolve))
  })

  test('come although the server closes connections that are used again', async () => {
    const used = new WeakSet<object>()
    let closedCount = 0
    await using server = await serve((incoming, outgoing) => {
      if (used.has(incoming.socket)) {
        closedCount++
        incoming.socket.destroy()
      } else {
        used.add(incoming.socket)
        outgoing.end('ok')
      }
    })
    await using client = await HttpClient.open(parse({}))
    for (let i = 0; i < 20; i++) {
      expect(await answer(client, server.url)).toBe('200 ok')
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(closedCount).toBeGreaterThan(0)
  })
})
