import { systemClock } from '@weir/model'
import { describe, expect, test } from 'vitest'
import { DnsServer, type Zone } from '../testing/dns-server.ts'
import { Watched } from '../testing/watched.ts'
import { dnsSdConfig } from './config.ts'
import { DnsDiscoverer } from './dns.ts'
import { searchList } from './search-list.ts'

const ZONE: Zone = {
  'srv.test': ['SRV 1 2 9100 a.host.test', 'SRV 1 2 9101 B.host.test'],
  'a.test': ['A 10.0.0.1', 'A 10.0.0.2'],
  'alias.test': ['CNAME a.test', 'A 10.0.0.3'],
  'six.test': ['AAAA 20010db8000000000000000000000001'],
  'mx.test': ['MX 10 mail.test'],
  'ns.test': ['NS ns1.test'],
  'empty.test': [],
  'broken.test': ['SERVFAIL'],
  'app.search.test': ['A 10.0.0.4'],
}

/** What is found, with `resolv.conf` so. */
async function look(config: object, resolvConf = '') {
  const server = await DnsServer.open(ZONE)
  const watched = Watched.of(
    new DnsDiscoverer(dnsSdConfig.parse({ refresh_interval: '20ms', ...config }), systemClock, {
      servers: [server.address],
      resolvConf,
    }),
  )
  return {
    server,
    watched,
    [Symbol.asyncDispose]: async () => {
      await watched.stop()
      await server[Symbol.asyncDispose]()
    },
  }
}

describe('records become targets', () => {
  test.each<[object, object[]]>([
    [
      { names: ['srv.test'] },
      [
        {
          __address__: 'a.host.test:9100',
          __meta_dns_name: 'srv.test',
          __meta_dns_srv_record_target: 'a.host.test.',
          __meta_dns_srv_record_port: '9100',
        },
        {
          __address__: 'B.host.test:9101',
          __meta_dns_name: 'srv.test',
          __meta_dns_srv_record_target: 'B.host.test.',
          __meta_dns_srv_record_port: '9101',
        },
      ],
    ],
    [
      { names: ['a.test'], type: 'a', port: 80 },
      [
        { __address__: '10.0.0.1:80', __meta_dns_name: 'a.test' },
        { __address__: '10.0.0.2:80', __meta_dns_name: 'a.test' },
      ],
    ],
    [
      { names: ['alias.test'], type: 'A', port: 80 },
      [{ __address__: '10.0.0.3:80', __meta_dns_name: 'alias.test' }],
    ],
    [
      { names: ['six.test'], type: 'AAAA', port: 80 },
      [{ __address__: '[2001:db8::1]:80', __meta_dns_name: 'six.test' }],
    ],
    [
      { names: ['mx.test'], type: 'MX', port: 25 },
      [
        {
          __address__: 'mail.test:25',
          __meta_dns_name: 'mx.test',
          __meta_dns_mx_record_target: 'mail.test.',
        },
      ],
    ],
    [
      { names: ['ns.test'], type: 'NS', port: 53 },
      [
        {
          __address__: 'ns1.test:53',
          __meta_dns_name: 'ns.test',
          __meta_dns_ns_record_target: 'ns1.test.',
        },
      ],
    ],
    [{ names: ['empty.test', 'none.test'], type: 'A', port: 80 }, []],
  ])('%j', async (config, want) => {
    await using looking = await look(config)
    await looking.watched.untilFault(/^$/)
    const found = [...looking.watched.groups.values()].flatMap(({ targets }) => targets)
    expect(found).toEqual(want)
  })
})

test('a name that a server cannot tell keeps what it had; the others go on', async () => {
  await using looking = await look({ names: ['a.test', 'alias.test'], type: 'A', port: 80 })
  const { watched, server } = looking
  await watched.until(['10.0.0.1:80', '10.0.0.2:80', '10.0.0.3:80'])
  server.zone = { 'a.test': ['SERVFAIL'], 'alias.test': ['A 10.0.0.9'] }
  await watched.until(['10.0.0.1:80', '10.0.0.2:80', '10.0.0.9:80'])
  await watched.untilFault(/^Cannot resolve A records of "a.test": .*SERVFAIL/)
  server.zone = { 'alias.test': ['A 10.0.0.9'] }
  await watched.until(['10.0.0.9:80'])
  await watched.untilFault(/^$/)
})

test('search domains are tried where a name has few dots', async () => {
  await using looking = await look(
    { names: ['app'], type: 'A', port: 80 },
    'search none.test search.test\noptions timeout:1 ndots:2\n',
  )
  await looking.watched.until(['10.0.0.4:80'])
  expect(looking.server.asked.slice(0, 2)).toEqual(['app.none.test', 'app.search.test'])
})

describe('the names that are asked for', () => {
  test.each<[string, string, string[]]>([
    ['a.', 'search x', ['a.']],
    ['a', '', ['a.']],
    ['a', 'search x y', ['a.x.', 'a.y.', 'a.']],
    ['a.b', 'search x y.', ['a.b.', 'a.b.x.', 'a.b.y.']],
    ['a.b', 'search x # why\noptions ndots:5', ['a.b.x.', 'a.b.']],
    ['a', 'domain x y\n', ['a.x.', 'a.']],
    ['a', 'search x\ndomain y', ['a.y.', 'a.']],
  ])('%s with %j', (name, conf, want) => expect(searchList(name, conf)).toEqual(want))
})

test.each([
  [{ names: [] }, 'want at least one name'],
  [{ names: ['a'], type: 'A' }, 'want a port, because type is A'],
  [{ names: ['a'], type: 'TXT' }, 'Invalid option'],
])('%j is refused', (config, want) => {
  expect(dnsSdConfig.safeParse(config).error?.message).toContain(want)
})
