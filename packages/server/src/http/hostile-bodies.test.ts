import { PACKS } from '@weir/packs'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dashboardsConfig } from '../dashboards/config.ts'
import { Dashboards } from '../dashboards/dashboards.ts'
import { MemoryStore } from '../loggers/testing/memory-store.ts'
import { HandClock } from '../scrape/testing/hand-clock.ts'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { type HttpServer, createHttp } from './app.ts'
import type { Route } from './route.ts'
import { allRoutes } from './routes.ts'
import { NOON, standIn } from './testing/stand-in.ts'

/** Bodies that mean ill, to every route that reads one: keys that reach into objects, depth, YAML that grows. */

let http: HttpServer
beforeAll(async () => {
  const dashboards = await Dashboards.open({
    store: new MemoryStore(),
    config: dashboardsConfig.parse({}),
    packs: () => PACKS,
    clock: new HandClock(NOON),
    telemetry: { registry: new Registry(), log: new Log(pino({ level: 'silent' })) },
  })
  http = await createHttp(standIn({ dashboards: () => dashboards }))
})
afterAll(() => http[Symbol.asyncDispose]())

const DEPTH = 100_000
const deep = `${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`
const deepMap = `${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`
const PROTO = '"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}'
/** Ten aliases of ten aliases of …: a billion words of a kilobyte. */
const laughs = [
  'a: &a [lol,lol,lol,lol,lol,lol,lol,lol,lol,lol]',
  ...'bcdefghi'.split('').map((name, i) => {
    const before = 'abcdefgh'[i]
    return `${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(',')}]`
  }),
].join('\n')

const BODIES: Readonly<Record<string, string>> = {
  prototypes: `{${PROTO}}`,
  'prototypes within': `{"dashboard":{${PROTO},"title":"x","panels":[{${PROTO}}]},"rule":{${PROTO},"alert":"A","expr":"1"},"group":"g","author":"a","labels":{${PROTO}},"selector":{${PROTO}},"matchers":[{${PROTO}}]}`,
  'a list of depth': deep,
  'objects of depth': deepMap,
  'a field of depth': `{"dashboard":{"title":"x","panels":${deep}},"rule":{"alert":${deep}},"group":"g","author":"a","by":"a"}`,
  nothing: 'null',
  'a number': '1e999',
  'half of it': '{"a":',
  'no UTF-8': '\u00ff\u00fe',
}

const routes = allRoutes(standIn()).filter(({ body }) => body?.type.includes('json'))
const calls: (readonly [string, Route['methods'][number], string])[] = routes.flatMap((route) =>
  route.methods
    .filter((method) => method !== 'GET')
    .map((method) => [`${method} ${route.path}`, method, route.path] as const),
)

test('there are bodies to send', () => {
  expect(calls.length).toBeGreaterThan(15)
})

test.each(calls)('%s takes no harm from any', async (_name, method, path) => {
  const url = path.replaceAll(/:\w+/g, 'x').replace('*', 'x')
  for (const [what, payload] of Object.entries(BODIES)) {
    const headers = { 'content-type': 'application/json' }
    const reply = await http.inject({ method, url, headers, payload })
    const isOurMistake = reply.headers['weir-error-code'] === 'BUG'
    expect([what, reply.statusCode, isOurMistake ? reply.body : '']).toEqual([
      what,
      expect.any(Number),
      '',
    ])
    expect(({} as { polluted?: string }).polluted).toBeUndefined()
  }
})

test.each([
  ['POST', '/api/weir/v1/dashboards/import', 'octets'],
  ['POST', '/api/weir/v1/backtests', 'rules'],
  ['POST', '/api/weir/v1/backtests', 'alertmanager'],
  ['POST', '/api/weir/v1/backfills', 'rules'],
] as const)('%s %s takes no harm from YAML (%s)', async (method, url, how) => {
  const texts = {
    laughs: `${laughs}\ntitle: x\npanels: *i`,
    'laughs as groups': `groups: &a [${Array.from({ length: 200 }, () => '*a').join(',')}]`,
    'an alias of itself': 'title: &a [*a]\npanels: *a',
    'a list of depth': deep,
    'dashes of depth': '- '.repeat(20_000),
    'maps of depth': Array.from({ length: 3000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
    prototypes: '__proto__: {polluted: yes}\nconstructor: {prototype: {polluted: yes}}\ntitle: x',
    merged: 'a: &a {__proto__: {polluted: yes}}\n<<: *a\ntitle: x',
    'an object of a class': '!!js/function "function(){}"',
  }
  for (const [what, text] of Object.entries(texts)) {
    const isForm = how !== 'octets'
    const payload = isForm ? new URLSearchParams({ [how]: text, start: '0' }).toString() : text
    const headers = {
      'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/octet-stream',
    }
    const began = process.cpuUsage()
    const reply = await http.inject({ method, url, headers, payload })
    const isOurMistake = reply.headers['weir-error-code'] === 'BUG'
    expect([what, isOurMistake ? reply.body : '']).toEqual([what, ''])
    const { user } = process.cpuUsage(began)
    expect([what, user < 2_000_000 ? '' : user]).toEqual([what, ''])
    expect(({} as { polluted?: string }).polluted).toBeUndefined()
  }
})
