import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WeirError } from '@weir/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AccessControl, OPEN_ACCESS } from '../access/access-control.ts'
import { type Identity, NOBODY } from '../access/identity.ts'
import { type Demand, SCOPES, type Scope, scopesOf } from '../access/scope.ts'
import { type HttpServer, createHttp } from './app.ts'
import { type Route, demandOf } from './route.ts'
import { allRoutes } from './routes.ts'
import { standIn } from './testing/stand-in.ts'

/**
 * Who may do what, as one table: every method of every route, asked by everybody there is. The table itself is a page of
 * the manual, written by `npm run golden`, so that a review sees each change of what a route asks.
 */
const GOLDEN = join(import.meta.dirname, '../../../../docs/http-scopes.md')

type Method = Route['methods'][number]

const ROWS: readonly (readonly [method: Method, path: string, wanted: Demand])[] = allRoutes(
  standIn(),
).flatMap((route) =>
  route.methods.map((method) => [method, route.path, demandOf(route, method)] as const),
)

/** Whoever says his scope has it; whoever says anything else is wrong. */
const SAID: AccessControl = {
  ...OPEN_ACCESS,
  isOn: true,
  identify: async ({ headers }) => {
    const said = headers['authorization']
    if (said === undefined) return NOBODY
    const scope = SCOPES.find((one) => said === `Bearer ${one}`)
    if (scope === undefined) throw new WeirError('ACCESS_UNKNOWN', 'there is no such token')
    return { kind: 'token', name: scope, scopes: scopesOf([scope]) } satisfies Identity
  },
}

/** What happened to requests that came through to their route. */
const reached: string[] = []

let http: HttpServer
let webRoot: string
beforeAll(async () => {
  webRoot = mkdtempSync(join(tmpdir(), 'weir-page-'))
  mkdirSync(join(webRoot, 'assets'))
  writeFileSync(join(webRoot, 'index.html'), '<title>Weir</title>')
  writeFileSync(join(webRoot, 'assets/app.js'), 'export {}')
  // A route is asked whether Weir is ready once it may be asked at all; that it is not keeps it from doing anything.
  const deps = standIn({
    access: SAID,
    webRoot,
    ready: () => {
      reached.push('')
      return ['the test']
    },
  })
  http = await createHttp(deps)
})
afterAll(async () => {
  await http[Symbol.asyncDispose]()
  rmSync(webRoot, { recursive: true, force: true })
})

const HEAD = `# What each path wants

The scope that a [token](access.md#tokens), user or certificate needs, by method and path; \`HEAD\` wants what \`GET\` does. \`open\` wants nothing, \`peer\` a signature by [\`notifications.peer_secret\`](two-weirs.md). Written by \`npm run golden\` from the list of routes.

| path | method | wants |
| --- | --- | --- |
`

test('what each route asks is what docs/http-scopes.md says', () => {
  const rows = ROWS.map(([method, path, wanted]) => {
    const shown = path.replaceAll(/:(\w+)/g, '{$1}').replaceAll('|', '')
    return `| \`${shown}\` | ${method} | ${wanted} |`
  })
  const text = `${HEAD}${rows.toSorted().join('\n')}\n`
  if (process.env['WEIR_GOLDEN'] === 'write') writeFileSync(GOLDEN, text)
  expect(readFileSync(GOLDEN, 'utf8'), 'npm run golden writes it anew').toBe(text)
})

test('nothing that changes or sends is open, and what is open is a short list', () => {
  const open = ROWS.filter(([, , wanted]) => wanted === 'open' || wanted === 'peer')
  expect(open.length).toBeLessThan(40)
  const reading = ROWS.filter(([method, , wanted]) => method === 'DELETE' && wanted === 'read')
  // Whoever is logged in may end what he began.
  expect(reading.map(([, path]) => path)).toEqual(['/api/weir/v1/sessions/:id'])
})

type Asker = Scope | 'nobody' | 'a stranger'
const ASKERS: readonly Asker[] = [...SCOPES, 'nobody', 'a stranger']

/** A path of the pattern, each parameter filled in. */
function pathOf(pattern: string): string {
  return pattern.replaceAll(/:\w+/g, 'x').replace('*', 'x')
}

async function ask(method: string, path: string, asker: Asker): Promise<number> {
  const { statusCode } = await http.inject({
    method: method as 'GET',
    url: pathOf(path),
    headers: asker === 'nobody' ? {} : { authorization: `Bearer ${asker}` },
  })
  return statusCode
}

/** What of a refusal or a passage is wanted: 401, 403 or through. */
function wantedOf(wanted: Demand, asker: Asker): 401 | 403 | 'through' {
  if (wanted === 'open' || wanted === 'peer') return 'through'
  if (asker === 'nobody' || asker === 'a stranger') return 401
  return scopesOf([asker]).has(wanted) ? 'through' : 403
}

test.each(ASKERS)('every route answers %s as its demand says', async (asker) => {
  const got = []
  for (const [method, path, wanted] of ROWS) {
    const status = await ask(method, path, asker)
    const outcome = status === 401 || status === 403 ? status : 'through'
    if (outcome !== wantedOf(wanted, asker)) got.push([method, path, wanted, status])
  }
  expect(got).toEqual([])
})

test('no other way leads to a route that a reader may not use', async () => {
  const closed = ROWS.filter(
    ([, path, wanted]) =>
      (wanted === 'write' || wanted === 'admin') &&
      // Of paths that readers may GET, only the other methods are closed.
      !ROWS.some(([method, other, open]) => method === 'GET' && other === path && open === 'read'),
  )
  expect(closed.length).toBeGreaterThan(30)
  for (const [method, path] of closed) {
    reached.length = 0
    const ways = [
      { method: 'HEAD' },
      { method: 'OPTIONS' },
      { method: 'PATCH' },
      { method: 'GET', headers: { 'x-http-method-override': method } },
      { method: 'GET', headers: { 'x-http-method': method, 'x-method-override': method } },
      { method, headers: { 'x-original-url': '/-/healthy', 'x-rewrite-url': '/-/healthy' } },
      { method, headers: { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' } },
      { method: 'GET', url: `${pathOf(path)}?_method=${method}` },
      { method, url: `//${pathOf(path).slice(1)}` },
      { method, url: `${pathOf(path)}/` },
      { method, url: `/-/healthy/..${pathOf(path)}` },
      { method, url: pathOf(path).toUpperCase() },
    ] as const
    for (const way of ways) {
      const headers = { authorization: 'Bearer read', ...('headers' in way ? way.headers : {}) }
      const url = 'url' in way ? way.url : pathOf(path)
      await http.inject({ method: way.method as 'GET', url, headers })
    }
    expect([method, path, ...reached]).toEqual([method, path])
  }
})

test.each(['/', '/alerts', '/assets/app.js', '/login'])(
  'the page at %s is for everybody: it holds nothing but its code',
  async (url) => {
    const { statusCode } = await http.inject({ url, headers: { accept: 'text/html' } })
    expect(statusCode).toBe(200)
  },
)
