import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { assert, constantFrom, integer, ipV4, ipV6, property, tuple } from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { HttpClient } from '../client.ts'
import { httpClientConfig } from '../config.ts'
import { addressesMeant, networkOf } from './address.ts'
import {
  Fence,
  type FenceRules,
  METADATA_SERVICES,
  type Refusal,
  isFenceEntry,
  setFenceRules,
  watchFence,
} from './fence.ts'

const DEFAULT: FenceRules = { allow: [], deny: METADATA_SERVICES }
const METADATA = '169.254.169.254'

/** What a fence says of a host that is an address or a name; '' when it may be connected to. */
function said(rules: FenceRules, host: string, byProxy = false): string {
  try {
    new Fence(rules).checkHost('test', host, !byProxy)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

describe('addresses', () => {
  test.each([
    ['169.254.169.254', true],
    ['[::ffff:169.254.169.254]', true],
    ['::ffff:a9fe:a9fe', true],
    ['0:0:0:0:0:ffff:a9fe:a9fe', true],
    ['::ffff:0:169.254.169.254', true], // translated
    ['::169.254.169.254', true], // compatible
    ['64:ff9b::169.254.169.254', true], // NAT64
    ['64:ff9b::a9fe:a9fe', true],
    ['64:ff9b:1::a9fe:a9fe', true],
    ['2002:a9fe:a9fe::1', true], // 6to4
    ['[fd00:ec2::254]', true],
    ['fd00:ec2:0:0:0:0:0:254', true],
    ['100.100.100.200', true],
    ['metadata.google.internal', true],
    ['METADATA.google.internal.', true],
    ['169.254.20.10', false], // a node-local DNS cache
    ['127.0.0.1', false],
    ['10.0.0.1', false],
    ['::1', false],
    ['fd00:ec2::255', false],
    ['2002:a9fe:a9ff::1', false],
    ['example.org', false],
  ])('by default %s is refused: %s', (host, isRefused) => {
    expect(said(DEFAULT, host) !== '').toBe(isRefused)
  })

  test.each([
    ['0.0.0.0', ['127.0.0.0/8'], true],
    ['0.1.2.3', ['127.0.0.0/8'], true],
    ['[::]', ['127.0.0.0/8'], true],
    ['[::]', ['::1'], true],
    ['::ffff:0.0.0.0', ['127.0.0.1'], true],
    ['fe80::1%eth0', ['fe80::/10'], true],
    ['10.255.255.255', ['10.0.0.0/8'], true],
    ['11.0.0.0', ['10.0.0.0/8'], false],
    ['fd12::1', ['fd00::/8'], true],
    ['a.b.example.org', ['*.example.org'], true],
    ['example.org', ['*.example.org'], false],
    ['notexample.org', ['example.org', '*.example.org'], false],
    ['EXAMPLE.ORG.', ['example.org'], true],
  ])('%s with deny %j is refused: %s', (host, deny, isRefused) => {
    expect(said({ allow: [], deny }, host) !== '').toBe(isRefused)
  })

  test.each([
    ['10.1.2.3', ['10.0.0.0/8'], [], ''],
    ['11.1.2.3', ['10.0.0.0/8'], [], 'network.outgoing.allow does not hold 11.1.2.3'],
    ['10.5.0.1', ['10.0.0.0/8'], ['10.5.0.0/16'], 'network.outgoing.deny holds 10.5.0.1'],
    ['::ffff:10.1.2.3', ['10.0.0.0/8'], [], ''],
    [
      '::ffff:127.0.0.1',
      ['::/0'], // all of IPv6 is not all of IPv4
      [],
      'network.outgoing.allow does not hold ::ffff:127.0.0.1 (that is 127.0.0.1)',
    ],
    ['64:ff9b::7f00:1', ['::/0'], [], 'that is 127.0.0.1'],
    ['hooks.example.org', ['10.0.0.0/8'], [], ''], // looked up first
  ])('%s with allow %j and deny %j: %s', (host, allow, deny, want) => {
    expect(said({ allow, deny }, host)).toContain(want)
    if (want === '') expect(said({ allow, deny }, host)).toBe('')
  })

  test.each([
    ['hooks.example.org', [], ''],
    ['hooks.example.org', ['hooks.example.org'], ''],
    ['hooks.example.org', ['10.0.0.0/8'], 'a proxy looks its address up'],
    ['metadata.google.internal', ['*.internal'], 'network.outgoing.deny names it'],
    [METADATA, [], 'network.outgoing.deny holds'],
  ])('by a proxy %s with allow %j: %s', (host, allow, want) => {
    expect(said({ ...DEFAULT, allow }, host, true)).toContain(want)
    if (want === '') expect(said({ ...DEFAULT, allow }, host, true)).toBe('')
  })

  test('whichever way an IPv4 address is written in IPv6, what holds for it holds', () => {
    const spelled = tuple(
      ipV4(),
      constantFrom('::ffff:', '::ffff:0:', '64:ff9b::', '64:ff9b:1::', '0:0:0:0:0:ffff:'),
    )
    assert(
      property(spelled, ([ip, before]) => {
        expect(addressesMeant(before + ip)).toContain(ip)
        expect(said({ allow: [], deny: [ip] }, before + ip)).not.toBe('')
        // Where nothing listens but this machine.
        if (!ip.startsWith('0.')) expect(said({ allow: [ip], deny: [] }, before + ip)).toBe('')
      }),
    )
  })

  test('any address is taken, and meant by itself', () => {
    assert(property(ipV6(), (ip) => addressesMeant(ip)[0] === ip))
    assert(
      property(ipV6(), integer({ min: 0, max: 128 }), (ip, bits) => {
        expect(said({ allow: [], deny: [`${ip}/${bits}`] }, ip)).not.toBe('')
      }),
    )
  })

  test.each([
    ['10.0.0.0/8', true],
    ['fd00::/8', true],
    ['10.0.0.0/33', false],
    ['10.0.0.0/', false],
    ['10.0.0.0/8/8', false],
    ['fe80::1%eth0', false],
    ['10.0.0', true], // a name, as far as one can tell
    ['host-1.example.org', true],
    ['*.example.org', true],
    ['*', false],
    ['http://a', false],
    ['a b', false],
    ['', false],
  ])('an entry %j can be used: %s', (entry, isGood) => {
    expect(isFenceEntry(entry)).toBe(isGood)
    if (entry.includes('/') || entry.includes('%')) {
      expect(networkOf(entry) !== undefined).toBe(isGood)
    }
  })
})

describe('names', () => {
  /** Looks a name up behind a fence, with a resolver that answers differently each time. */
  async function lookUp(
    rules: FenceRules,
    answers: readonly (readonly string[])[],
    options: { readonly all?: boolean; readonly family?: number } = { all: true },
    refusals: Refusal[] = [],
  ): Promise<(readonly string[] | string)[]> {
    let asked = 0
    const fence = new Fence(
      rules,
      (refusal) => void refusals.push(refusal),
      (_host, _options, done) => {
        const found = answers[asked++]!.map((address) => {
          return { address, family: address.includes(':') ? 6 : 4 }
        })
        done(null, found)
      },
    )
    const lookup = fence.lookup('notification')
    const all: (readonly string[] | string)[] = []
    for (let k = 0; k < answers.length; k++) {
      all.push(
        await new Promise((resolve) => {
          lookup('rebind.example', options, (error, found) => {
            if (error !== null) resolve((error as Error).message)
            else if (typeof found === 'string') resolve([found])
            else resolve(found.map(({ address }) => address))
          })
        }),
      )
    }
    return all
  }

  test('that lead elsewhere the second time are looked at each time', async () => {
    const refusals: Refusal[] = []
    const answers = [['192.0.2.1'], [METADATA], ['192.0.2.1']]
    expect(await lookUp(DEFAULT, answers, { all: true }, refusals)).toEqual([
      ['192.0.2.1'],
      'Weir may not connect to "rebind.example": network.outgoing.deny holds 169.254.169.254',
      ['192.0.2.1'],
    ])
    expect(refusals).toMatchObject([{ what: 'notification', host: 'rebind.example' }])
  })

  test('of several addresses those remain that may be connected to', async () => {
    const answers = [[METADATA, '192.0.2.1', '::ffff:169.254.169.254', '2001:db8::1']]
    expect(await lookUp(DEFAULT, answers)).toEqual([['192.0.2.1', '2001:db8::1']])
    expect(await lookUp(DEFAULT, answers, { all: false })).toEqual([['192.0.2.1']])
    expect(await lookUp(DEFAULT, answers, { all: true, family: 6 })).toEqual([['2001:db8::1']])
    const none = await lookUp(DEFAULT, [['192.0.2.1']], { all: true, family: 6 })
    expect(none[0]).toContain('it has no address')
  })

  test('that are allowed by name may lead anywhere but where nothing may', async () => {
    const rules = { ...DEFAULT, allow: ['*.example'] }
    const answers = [['10.0.0.1'], [METADATA]]
    const [first, second] = await lookUp(rules, answers)
    expect(first).toEqual(['10.0.0.1'])
    expect(second).toContain('network.outgoing.deny holds')
  })

  test('that nobody knows are told as such', async () => {
    const fence = new Fence(DEFAULT, undefined, (_host, _options, done) =>
      done(Object.assign(new Error('gone'), { code: 'ENOTFOUND' }), []),
    )
    const error = await new Promise((resolve) => {
      fence.lookup('test')('x.example', { all: true }, (cause) => resolve(cause))
    })
    expect(error).toMatchObject({ code: 'ENOTFOUND' })
  })
})

describe('requests', () => {
  afterEach(() => setFenceRules(DEFAULT))

  /** A server on loopback that redirects wherever it is asked to. */
  async function redirecting(): Promise<{ readonly port: number } & AsyncDisposable> {
    const server = createServer((incoming, outgoing) => {
      const to = new URL(incoming.url!, 'http://a').searchParams.get('to')
      if (to === null) outgoing.end('here')
      else outgoing.writeHead(302, { location: to }).end()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return {
      port: (server.address() as AddressInfo).port,
      [Symbol.asyncDispose]: async () => {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      },
    }
  }

  async function ask(url: string, config: object = {}): Promise<string> {
    await using client = await HttpClient.open(httpClientConfig.parse(config), { what: 'scrape' })
    try {
      return await (await client.request(url)).text(100)
    } catch (error) {
      return (error as Error).message
    }
  }

  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://2852039166/', // the same as one number
    'http://0xa9fea9fe/',
    'http://0251.0376.0251.0376/',
    'http://169.254.43518/',
    'http://[::ffff:169.254.169.254]/',
    'https://169.254.169.254/',
    'http://metadata.google.internal/',
  ])('%s is not asked for, nor after a redirect, nor by a proxy', async (url) => {
    await using server = await redirecting()
    const start = `http://127.0.0.1:${server.port}/`
    expect(await ask(url)).toContain('network.outgoing.deny')
    expect(await ask(`${start}?to=${encodeURIComponent(url)}`)).toContain('network.outgoing.deny')
    expect(await ask(url, { proxy_url: start })).toContain('network.outgoing.deny')
    expect(await ask(start)).toBe('here')
  })

  test.each([
    ['127.0.0.1', {}],
    ['localhost', {}], // by the resolver
    ['localhost', { proxy_url: 'PROXY' }],
    ['a.example', { proxy_url: 'PROXY' }],
    ['a.example', { proxy_url: 'PROXY_BY_NAME' }],
    ['a.example', { proxy_url: 'socks5://localhost:PORT' }],
    ['127.1', {}],
    ['0', {}],
  ])('a fence about loopback stops %s with %j; each is counted', async (host, config) => {
    await using server = await redirecting()
    const told: Refusal[] = []
    using _ = watchFence((refusal) => void told.push(refusal))
    setFenceRules({ allow: [], deny: ['127.0.0.0/8', '::1'] })
    const text = JSON.stringify(config)
      .replace('PROXY_BY_NAME', `http://localhost:${server.port}`)
      .replace('PROXY', `http://127.0.0.1:${server.port}`)
      .replace('PORT', String(server.port))
    const url = `http://${host}:${server.port}/`
    expect(await ask(url, JSON.parse(text) as object)).toContain('Weir may not connect to')
    expect(await ask(url.replace('http:', 'https:'), JSON.parse(text) as object)).toContain(
      'Weir may not connect to',
    )
    await new Promise((resolve) => setImmediate(resolve))
    expect(told.length).toBeGreaterThan(0)
    expect(told[0]).toMatchObject({ what: 'scrape' })
  })

  test('what is allowed is asked for, by address and by name', async () => {
    await using server = await redirecting()
    setFenceRules({ allow: ['127.0.0.0/8', '::1'], deny: [] })
    expect(await ask(`http://localhost:${server.port}/`)).toBe('here')
    setFenceRules({ allow: ['localhost'], deny: [] })
    expect(await ask(`http://localhost:${server.port}/`)).toBe('here')
    expect(await ask(`http://127.0.0.1:${server.port}/`)).toContain('allow does not hold')
  })
})
