import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CONSUL_SERVICES, ConsulServer } from '../testing/consul-server.ts'
import { hastyClock } from '../testing/hasty-clock.ts'
import { Watched } from '../testing/watched.ts'
import { consulSdConfig } from './config.ts'
import { ConsulDiscoverer } from './consul.ts'

let server: ConsulServer
let watched: Watched | undefined

beforeEach(async () => {
  server = await ConsulServer.open(CONSUL_SERVICES)
})

afterEach(async () => {
  await watched?.stop()
  watched = undefined
  await server[Symbol.asyncDispose]()
})

function look(config: object = {}): Watched {
  const parsed = consulSdConfig.parse({ server: server.address, refresh_interval: '1s', ...config })
  watched = Watched.of(new ConsulDiscoverer(parsed, hastyClock))
  return watched
}

const paths = (): string[] =>
  [...new Set(server.requests.map(({ pathname }) => pathname))].toSorted()
const { web, db } = CONSUL_SERVICES

describe('services are followed', () => {
  test('as they come, change and go', async () => {
    const found = look()
    await found.until(['10.5.0.1:80', '[fd00::5]:81', 'db.test:5432'])
    server.services = { web: web.slice(1), other: db }
    await found.until(['[fd00::5]:81', 'db.test:5432'])
    expect([...found.groups.keys()].toSorted()).toEqual(['other', 'web'])
    expect(found.groups.get('other')?.labels).toEqual({
      __meta_consul_service: 'other',
      __meta_consul_dc: 'dc1',
    })
    server.services = {}
    await found.until([])
  })

  test('by name, without the list of all', async () => {
    const found = look({ services: ['web', 'none'], datacenter: 'dc9' })
    await found.until(['10.5.0.1:80', '[fd00::5]:81'])
    expect(found.groups.get('web')?.labels['__meta_consul_dc']).toBe('dc9')
    expect(paths()).toEqual(['/v1/health/service/none', '/v1/health/service/web'])
  })

  test('with the tags that are wanted', async () => {
    const found = look({ tags: ['a', 'b'] })
    await found.until(['10.5.0.1:80'])
    expect(paths()).toEqual(['/v1/agent/self', '/v1/catalog/services', '/v1/health/service/web'])
  })

  test('by questions that wait for news, and say what the configuration says', async () => {
    const found = look({
      path_prefix: 'consul',
      token: 'secret',
      namespace: 'n',
      partition: 'p',
      node_meta: { rack: '1' },
      filter: 'x == y',
      datacenter: 'd',
    })
    await found.until(['10.5.0.1:80', '[fd00::5]:81', 'db.test:5432'])
    server.services = { web }
    await found.until(['10.5.0.1:80', '[fd00::5]:81'])
    const asked = server.requests.filter(({ pathname }) => pathname.endsWith('/services'))
    expect(asked.slice(0, 2).map(({ search }) => search)).toEqual([
      '?wait=120000ms&stale=&dc=d&ns=n&partition=p&node-meta=rack%3A1&filter=x+%3D%3D+y',
      '?wait=120000ms&index=7&stale=&dc=d&ns=n&partition=p&node-meta=rack%3A1&filter=x+%3D%3D+y',
    ])
    expect(asked[0]?.pathname).toBe('/consul/v1/catalog/services')
    expect([...server.tokens]).toEqual(['secret'])
  })

  test('through failures, which keep what was found', async () => {
    const found = look()
    await found.until(['10.5.0.1:80', '[fd00::5]:81', 'db.test:5432'])
    server.failWith = 500
    server.release()
    await found.untilFault(/^Cannot ask Consul for .*want status 200, got 500: rpc error/)
    expect(found.addresses.length).toBe(3)
    server.failWith = undefined
    server.services = { db }
    await found.until(['db.test:5432'])
    await found.untilFault(/^$/)
  })
})

test('an instance has the labels that Prometheus gives it', async () => {
  const found = look({ tag_separator: '|' })
  await found.until(['10.5.0.1:80', '[fd00::5]:81', 'db.test:5432'])
  const told = [...found.groups.values()].flatMap(({ targets }) =>
    targets.map((labels) =>
      Object.fromEntries(
        Object.entries(labels)
          .filter(([, value]) => value !== '')
          .map(([name, value]) => [name.replace('__meta_consul_', ''), value]),
      ),
    ),
  )
  expect(told.find(({ node }) => node === 'n1')).toEqual({
    __address__: '10.5.0.1:80',
    address: '10.5.0.1',
    node: 'n1',
    tags: '|a|b|',
    service_port: '80',
    service_id: 'web-1',
    health: 'warning',
    metadata_rack_id: 'r1',
    service_metadata_v: '2',
    tagged_address_lan: '10.5.0.1',
    tagged_address_wan_ipv4: '198.51.100.9',
  })
  expect(told.find(({ node }) => node === 'n2')).toEqual({
    __address__: '[fd00::5]:81',
    address: '10.5.0.2',
    node: 'n2',
    tags: '||',
    service_address: 'fd00::5',
    service_port: '81',
    service_id: 'web-2',
    health: 'maintenance',
  })
  expect(told.find(({ node }) => node === 'n3')).toMatchObject({
    health: 'critical',
    namespace: 'ns',
    partition: 'p',
    service_address: 'db.test',
  })
})

test.each([
  [{ server: ' ' }, 'want host:port of a Consul agent'],
  [{ username: 'u', basic_auth: {} }, 'want at most one of username and basic_auth'],
  [{ token: 't', authorization: {} }, 'want at most one of token, authorization and oauth2'],
  [{ refresh_interval: '0s' }, 'want more than 0'],
])('%j is refused', (config, want) => {
  expect(consulSdConfig.safeParse(config).error?.message).toContain(want)
})
