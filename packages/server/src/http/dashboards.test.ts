import { PACKS } from '@weir/packs'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { dashboardsConfig } from '../dashboards/config.ts'
import { Dashboards } from '../dashboards/dashboards.ts'
import { MemoryStore } from '../loggers/testing/memory-store.ts'
import { HandClock } from '../scrape/testing/hand-clock.ts'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { type HttpServer, createHttp } from './app.ts'
import { NOON, standIn } from './testing/stand-in.ts'

let http: HttpServer
let dashboards: Dashboards
beforeAll(async () => {
  http = await createHttp(standIn({ dashboards: () => dashboards }))
})
afterAll(() => http[Symbol.asyncDispose]())
beforeEach(async () => {
  dashboards = await Dashboards.open({
    store: new MemoryStore(),
    config: dashboardsConfig.parse({}),
    packs: () => PACKS,
    clock: new HandClock(NOON),
    telemetry: { registry: new Registry(), log: new Log(pino({ level: 'silent' })) },
  })
})

const PATH = '/api/weir/v1/dashboards'
const LAG = {
  title: 'Lag',
  tags: ['kafka'],
  panels: [{ id: 1, type: 'stat', datasource: 'prom', targets: [{ expr: 'up', refId: 'A' }] }],
}

interface Told {
  readonly status: number
  readonly body: unknown
  readonly headers: Readonly<Record<string, unknown>>
}

async function ask(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  url: string,
  said?: object | string,
  more: Readonly<Record<string, string>> = {},
): Promise<Told> {
  const type = typeof said === 'string' ? 'text/plain' : 'application/json'
  const headers = { host: 'localhost', ...(said ? { 'content-type': type } : {}), ...more }
  const reply = await http.inject({ method, url, headers, ...(said ? { payload: said } : {}) })
  return { status: reply.statusCode, body: reply.json(), headers: reply.headers }
}

test('a dashboard is made, read, changed, looked up in its versions, deleted and brought back', async () => {
  const put = await ask('PUT', `${PATH}/lag`, { dashboard: LAG, version: 0, author: 'ann' })
  expect(put).toMatchObject({ status: 200, body: { uid: 'lag', version: 1, author: 'ann' } })
  const got = await ask('GET', `${PATH}/lag`)
  expect(got.body).toMatchObject({
    dashboard: { uid: 'lag', title: 'Lag' },
    meta: { version: 1, origin: 'saved' },
  })
  expect(got.headers['etag']).toBe('"1"')
  await ask('PUT', `${PATH}/lag`, { dashboard: { ...LAG, title: 'New' } }, { 'if-match': '"1"' })
  expect((await ask('GET', `${PATH}/lag/versions`)).body).toMatchObject([
    { version: 2 },
    { version: 1, author: 'ann', atMs: NOON },
  ])
  expect((await ask('GET', `${PATH}/lag?version=1`)).body).toMatchObject({
    dashboard: { title: 'Lag' },
  })
  expect((await ask('POST', `${PATH}/lag/restore`, { version: 1 })).body).toMatchObject({
    version: 3,
    title: 'Lag',
  })
  await ask('DELETE', `${PATH}/lag?author=bob`)
  expect((await ask('GET', `${PATH}/lag`)).status).toBe(404)
  expect((await ask('POST', `${PATH}/lag/restore`, {})).body).toMatchObject({ version: 4 })
  const { body } = await ask('POST', PATH, { dashboard: LAG, folder: 'team' })
  expect(body).toMatchObject({ title: 'Lag', folder: 'team', version: 1 })
  const list = (await ask('GET', PATH)).body as { boards: { title: string; origin: string }[] }
  expect(list.boards.filter(({ origin }) => origin !== 'pack')).toHaveLength(2)
  expect(list.boards.length).toBeGreaterThan(2)
})

test('a conflict says who saved what is there, by body and by header', async () => {
  await ask('PUT', `${PATH}/lag`, { dashboard: LAG, author: 'ann', message: 'first' })
  const there = { version: 1, author: 'ann', message: 'first', atMs: NOON }
  const late = { dashboard: LAG, version: 7 }
  expect(await ask('PUT', `${PATH}/lag`, late)).toMatchObject({
    status: 409,
    headers: { 'weir-error-code': 'DASHBOARD_CONFLICT' },
    body: { status: 'error', conflict: there },
  })
  const { status } = await ask('PUT', `${PATH}/lag`, { dashboard: LAG }, { 'if-match': '"0"' })
  expect(status).toBe(409)
})

test.each([
  ['PUT', '/x y', { dashboard: LAG }, 400, 'DASHBOARD_INVALID'],
  ['PUT', '/lag', { dashboard: [] }, 400, 'HTTP_PARAMETER'],
  ['PUT', '/lag', { dashboard: LAG, folder: '../..' }, 400, 'DASHBOARD_INVALID'],
  ['POST', '/import', 'nothing', 400, 'DASHBOARD_INVALID'],
  ['PUT', '/weir-airflow', { dashboard: LAG }, 403, 'DASHBOARD_READ_ONLY'],
  ['GET', '/none', undefined, 404, 'DASHBOARD_UNKNOWN'],
  ['GET', '/none/versions', undefined, 404, 'DASHBOARD_UNKNOWN'],
  ['PUT', '/none', { dashboard: {}, version: 3 }, 409, 'DASHBOARD_CONFLICT'],
  ['GET', '/weir-airflow?version=x', undefined, 400, 'HTTP_PARAMETER'],
  ['GET', '/weir-airflow/export?form=x', undefined, 400, 'HTTP_PARAMETER'],
] as const)('%s %s is refused', async (method, path, said, status, code) => {
  const [pack] = PACKS.flatMap(({ dashboards }) => dashboards)
  const url = PATH + path.replace('weir-airflow', pack!.name)
  expect(await ask(method, encodeURI(url), said)).toMatchObject({
    status,
    headers: { 'weir-error-code': code },
  })
})

test('an import takes the text itself, as JSON or YAML', async () => {
  const dry = await ask('POST', `${PATH}/import?dry_run=true&folder=x`, JSON.stringify(LAG))
  expect(dry).toMatchObject({
    status: 200,
    body: { boards: [{ title: 'Lag', panelCount: 1, saved: null, problem: '' }] },
  })
  const yaml = 'kind: ConfigMap\ndata: {a.json: \'{"uid": "a", "title": "A", "panels": []}\'}'
  const done = await ask('POST', `${PATH}/import?folder=x&author=ann`, yaml)
  expect(done.body).toMatchObject({
    boards: [{ uid: 'a', saved: { folder: 'x', author: 'ann' } }],
  })
})

test('it leaves as it came, to be shared, or to be provisioned', async () => {
  await ask('PUT', `${PATH}/lag`, { dashboard: { ...LAG, id: 7 } })
  const plain = await ask('GET', `${PATH}/lag/export`)
  expect(plain.body).toEqual({ ...LAG, id: 7, uid: 'lag' })
  expect(plain.headers['content-disposition']).toBe('attachment; filename="lag.json"')
  expect((await ask('GET', `${PATH}/lag/export?form=sharing`)).body).toMatchObject({
    id: null,
    __inputs: [{ name: 'DS_PROMETHEUS', pluginId: 'prometheus' }],
    panels: [{ datasource: { type: 'prometheus', uid: '${DS_PROMETHEUS}' } }],
  })
  expect((await ask('GET', `${PATH}/lag/export?form=provisioning`)).body).toMatchObject({
    templating: { list: [{ name: 'datasource', type: 'datasource' }] },
    panels: [{ datasource: { uid: '${datasource}' } }],
  })
})

test("tools that speak Grafana's API save, read, search and delete", async () => {
  const made = await ask('POST', '/api/dashboards/db', {
    dashboard: { ...LAG, uid: 'lag', id: null },
    folderUid: 'team',
    message: 'from git',
  })
  expect(made.body).toMatchObject({ uid: 'lag', status: 'success', version: 1, folderUid: 'team' })
  const again = { dashboard: { ...LAG, uid: 'lag', title: 'Lag 2' } }
  expect(await ask('POST', '/api/dashboards/db', again)).toMatchObject({
    status: 412,
    body: { status: 'version-mismatch' },
  })
  await ask('POST', '/api/dashboards/db', { ...again, overwrite: true })
  expect((await ask('GET', '/api/dashboards/uid/lag')).body).toMatchObject({
    dashboard: { uid: 'lag', title: 'Lag 2', version: 2 },
    meta: { folderTitle: 'team', canEdit: true },
  })
  const found = async (asked: string): Promise<unknown> =>
    ((await ask('GET', `/api/search?${asked}`)).body as { uid: string }[]).map(({ uid }) => uid)
  expect(await found('query=LAG%202')).toEqual(['lag'])
  expect(await found('tag=kafka&type=dash-db&limit=10')).toEqual(['lag'])
  expect(await found('tag=kafka&tag=none')).toEqual([])
  expect(await found('dashboardUIDs=lag&page=2')).toEqual([])
  expect(await found('folderUIDs=none')).toEqual([])
  expect(await found('folderUIDs=team&query=lag')).toEqual(['lag'])
  expect(await found('type=dash-folder&query=tea')).toEqual(['team'])
  const build = { version: '3.5.0' }
  expect((await ask('GET', '/api/health')).body).toMatchObject({ database: 'ok', ...build })
  expect((await ask('GET', '/api/frontend/settings')).body).toMatchObject({
    buildInfo: { ...build, edition: 'Weir' },
    datasources: {},
  })
  expect((await ask('GET', '/api/org')).body).toEqual({ id: 1, name: 'Weir' })
  expect((await ask('GET', '/api/folders')).body).toContainEqual({
    id: 0,
    uid: 'team',
    title: 'team',
    url: '/dashboards?folder=team',
  })
  expect((await ask('GET', '/api/folders/team')).status).toBe(200)
  expect((await ask('GET', '/api/folders/none')).status).toBe(404)
  expect((await ask('POST', '/api/folders', { title: 'new/one' })).body).toMatchObject({
    uid: 'new/one',
  })
  expect((await ask('POST', '/api/folders', { title: '../out' })).status).toBe(400)
  expect((await ask('DELETE', '/api/dashboards/uid/lag')).body).toMatchObject({ title: 'Lag 2' })
  expect((await ask('GET', '/api/dashboards/uid/lag')).status).toBe(404)
})
