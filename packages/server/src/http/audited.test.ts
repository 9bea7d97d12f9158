import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { WeirError } from '@weir/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OPEN_ACCESS } from '../access/access-control.ts'
import type { Identity } from '../access/identity.ts'
import { scopesOf } from '../access/scope.ts'
import type { Change } from '../audit/entry.ts'
import { type HttpServer, createHttp } from './app.ts'
import { actionOf } from './audited.ts'
import { demandOf } from './route.ts'
import { allRoutes } from './routes.ts'
import { type StandIn, standIn } from './testing/stand-in.ts'

const ANN: Identity = { kind: 'user', name: 'ann', scopes: scopesOf(['admin']) }

/** A server that writes down what it is told, asked by ann unless the test says by whom. */
function stand(
  overrides: Partial<StandIn> = {},
  who = ANN,
): { readonly deps: StandIn; readonly told: Change[] } {
  const told: Change[] = []
  const audit: StandIn['audit'] = {
    record: async (change) => void told.push(change),
    entries: [],
    chain: { state: 'whole' },
  }
  const access = { ...OPEN_ACCESS, isOn: true, identify: async () => who }
  return { deps: standIn({ audit, access, ...overrides }), told }
}

/** What asks for `write` or `admin` without a name in the audit log, and why. */
const CHANGE_NOTHING = ['POST /api/folders'] // a folder is there as long as a dashboard is in it

const changes = allRoutes(standIn())
  .flatMap((route) => route.methods.map((method) => ({ route, method })))
  .filter(({ route, method }) => {
    return method !== 'GET' && ['write', 'admin'].includes(demandOf(route, method))
  })
  .map(({ route, method }) => [`${method} ${route.path}`, route, method] as const)

test('there are changes to look at', () => {
  expect(changes.length).toBeGreaterThan(25)
})

const { deps: shared, told: toldOfAll } = stand()
let http: HttpServer
beforeAll(async () => {
  http = await createHttp(shared)
})
afterAll(() => http[Symbol.asyncDispose]())

test.each(changes)('%s is told, with who asked, however it ends', async (name, route, method) => {
  const told = toldOfAll
  told.length = 0
  const url = route.path.replaceAll(/:\w+/g, 'x')
  await http.inject({ method, url, headers: { 'content-type': 'application/json' }, payload: '{}' })
  const isForm = told.length === 0 && !CHANGE_NOTHING.includes(name)
  if (isForm) await http.inject({ method, url }) // this one takes no JSON
  if (CHANGE_NOTHING.includes(name)) expect(told).toEqual([])
  else {
    const action = actionOf(route, method)
    expect(told).toEqual([
      expect.objectContaining({
        action,
        who: { kind: 'user', name: 'ann', address: '127.0.0.1' },
      }),
    ])
  }
})

test('docs/audit.md explains each action', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/audit.md'), 'utf8')
  const named = allRoutes(standIn()).flatMap(({ audit }) =>
    typeof audit === 'string' ? [audit] : Object.values(audit === false ? {} : (audit ?? {})),
  )
  const untold = [...new Set(named)].filter((action) => !page.includes(`\`${action}\``))
  expect(untold).toEqual([])
})

test.each([
  ['GET', '/api/v1/query?query=1'],
  ['POST', '/api/v1/query'],
  ['POST', '/api/weir/v1/rules/preview'],
  ['POST', '/api/weir/v1/dashboards/import?dry_run=true'],
  ['GET', '/api/weir/v1/audit'],
] as const)('%s %s changes nothing and is not told', async (method, url) => {
  const boards = { add: () => Promise.reject(new Error('kept')), has: () => false }
  const { deps, told } = stand({ dashboards: () => boards as never })
  await using one = await createHttp(deps)
  const headers = { 'content-type': 'application/octet-stream' }
  const payload = '{"title":"x","panels":[]}'
  await one.inject({ method, url, ...(url.includes('import') ? { headers, payload } : {}) })
  expect(told).toEqual([])
})

test('a silence is made in the name of who asks, and the log says what it holds back', async () => {
  const drafts: unknown[] = []
  const { alerting } = standIn()
  const silences: StandIn['alerting']['silences'] = {
    ...alerting.silences,
    set: async (draft) => {
      drafts.push(draft)
      return 'a1'
    },
  }
  const { deps, told } = stand({ alerting: { ...alerting, silences } })
  await using http = await createHttp(deps)
  const payload = {
    matchers: [{ name: 'team', value: 'x', isRegex: true }],
    startsAt: '2026-01-02T00:00:00Z',
    endsAt: '2026-01-02T02:00:00Z',
    createdBy: 'somebody else',
    comment: 'disk',
  }
  const reply = await http.inject({ method: 'POST', url: '/api/v2/silences', payload })
  expect(reply.json()).toEqual({ silenceID: 'a1' })
  expect(drafts).toMatchObject([{ createdBy: 'ann' }])
  expect(told).toEqual([
    {
      who: { kind: 'user', name: 'ann', address: '127.0.0.1' },
      action: 'silence.set',
      target: 'a1',
      refused: '',
      details: { matchers: 'team=~"x"', until: '2026-01-02T02:00:00.000Z', comment: 'disk' },
    },
  ])
})

test('where nobody is asked who he is, the name that is given counts', async () => {
  const acked: unknown[] = []
  const { alerting } = standIn()
  const marks: StandIn['alerting']['marks'] = {
    ...alerting.marks,
    ack: async (...given) => void acked.push(given),
  }
  const nobody: Identity = { ...ANN, kind: 'anyone', name: '' }
  const { deps, told } = stand({ alerting: { ...alerting, marks } }, nobody)
  await using http = await createHttp(deps)
  const url = '/api/weir/v1/alerts/0123456789abcdef/ack'
  await http.inject({ method: 'POST', url, payload: { by: 'bob', comment: 'on it' } })
  expect(acked).toEqual([[['0123456789abcdef'], { by: 'bob', comment: 'on it' }]])
  expect(told).toMatchObject([
    {
      who: { kind: 'anyone', name: '' },
      target: '0123456789abcdef',
      details: { comment: 'on it' },
    },
  ])
})

test('a reload says what changed, or why it was refused', async () => {
  const details = { changed: 'scrape_configs query', 'query.timeout': '2m → 30s' }
  const { deps, told } = stand({ reload: async () => details })
  await using good = await createHttp(deps)
  await good.inject({ method: 'POST', url: '/-/reload' })
  expect(told).toMatchObject([{ action: 'config.reload', refused: '', details }])
  const reload = (): never => {
    throw new WeirError('CONFIG_INVALID', 'Cannot read weir.yml line 3')
  }
  const other = stand({ reload })
  await using bad = await createHttp(other.deps)
  await bad.inject({ method: 'POST', url: '/-/reload' })
  expect(other.told).toMatchObject([
    { refused: 'CONFIG_INVALID', details: { why: 'Cannot read weir.yml line 3' } },
  ])
})

test.each([
  ['may not', { ...ANN, scopes: scopesOf(['read']) }, 403, 'ACCESS_DENIED', 'ann'],
  ['is wrong', undefined, 401, 'ACCESS_UNKNOWN', ''],
  ['says nothing', { kind: 'anyone', name: '', scopes: scopesOf([]) }, 401, undefined, ''],
] as const)('who %s is turned away', async (_what, who, status, refused, name) => {
  const wrong = (): never => {
    throw new WeirError('ACCESS_UNKNOWN', 'Cannot tell who asks')
  }
  const identify = async (): Promise<Identity> => who ?? wrong()
  const { deps, told } = stand({ access: { ...OPEN_ACCESS, isOn: true, identify } })
  await using http = await createHttp(deps)
  const reply = await http.inject({ method: 'POST', url: '/-/reload' })
  expect(reply.statusCode).toBe(status)
  const want = { action: 'access.refused', target: '/-/reload', refused, who: { name } }
  expect(told).toMatchObject(refused === undefined ? [] : [want])
})

test('the log is asked for by filters; what makes no sense is said so', async () => {
  const entry = {
    id: '000000000000001',
    atMs: 5,
    who: { kind: 'user', name: 'ann', address: '' },
    action: 'silence.set',
    target: '',
    result: 'done',
    code: '',
    details: {},
    hash: '',
  } as const
  const audit: StandIn['audit'] = {
    record: async () => undefined,
    entries: [entry],
    chain: { state: 'whole' },
  }
  const { deps } = stand({ audit })
  await using http = await createHttp(deps)
  const ask = async (question: string): Promise<[number, unknown]> => {
    const reply = await http.inject({ url: `/api/weir/v1/audit?${question}` })
    return [reply.statusCode, reply.json()]
  }
  expect(await ask('who=ann&action=silence&result=done&limit=5')).toEqual([
    200,
    { entries: [entry], next: '', kept: 1, chain: { state: 'whole' } },
  ])
  expect(await ask('who=bob')).toMatchObject([200, { entries: [] }])
  expect(await ask('result=maybe')).toMatchObject([400, { error: expect.stringContaining('done') }])
})
