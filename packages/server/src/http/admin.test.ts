import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DeleteRequest } from '../threads/writer-thread.ts'
import { type HttpServer, createHttp } from './app.ts'
import { findPeer } from './testing/peers.ts'
import { type RunningPrometheus, startPrometheus } from './testing/prometheus.ts'
import { demoOpenMetrics, standIn } from './testing/stand-in.ts'

const ADMIN = '/api/v1/admin/tsdb'

function adminStandIn(): ReturnType<typeof standIn> & { readonly asked: unknown[] } {
  const asked: unknown[] = []
  const admin = {
    deleteSeries: async (what: DeleteRequest) => void asked.push(what),
    cleanTombstones: async () => void asked.push('clean'),
    snapshot: async (skipHead: boolean) => {
      asked.push({ skipHead })
      return { name: '20240501T120000Z-0123456789abcdef' }
    },
  }
  return Object.assign(standIn({ admin }), { asked })
}

test('what is asked for reaches the store', async () => {
  const deps = adminStandIn()
  await using http = await createHttp(deps)
  const post = async (path: string): Promise<[number, string]> => {
    const reply = await http.inject({ method: 'POST', url: `${ADMIN}/${path}` })
    return [reply.statusCode, reply.body]
  }
  const matches = 'match[]=up&match[]={job=~"a|b"}'
  expect(await post(`delete_series?${encodeURI(matches)}&start=1&end=2`)).toEqual([204, ''])
  expect(await post('clean_tombstones')).toEqual([204, ''])
  const made = '{"status":"success","data":{"name":"20240501T120000Z-0123456789abcdef"}}'
  expect(await post('snapshot?skip_head=true')).toEqual([200, made])
  expect(await post('snapshot')).toEqual([200, made])
  const span = { minMs: 1000, maxMs: 2000 }
  expect(deps.asked).toEqual([
    { matchers: [{ name: '__name__', operator: '=', value: 'up' }], ...span },
    { matchers: [{ name: 'job', operator: '=~', value: 'a|b' }], ...span },
    'clean',
    { skipHead: true },
    { skipHead: false },
  ])
})

test('a mistake in the last selector deletes nothing', async () => {
  const deps = adminStandIn()
  await using http = await createHttp(deps)
  const url = `${ADMIN}/delete_series?match[]=up&match[]=(`
  expect((await http.inject({ method: 'POST', url })).statusCode).toBe(400)
  expect(deps.asked).toEqual([])
})

test('a page of another site cannot delete', async () => {
  const deps = adminStandIn()
  await using http = await createHttp(deps)
  const headers = { origin: 'https://evil.example' }
  const url = `${ADMIN}/delete_series?match[]=up`
  expect((await http.inject({ method: 'POST', url, headers })).statusCode).toBe(403)
  expect((await http.inject({ url })).statusCode).toBe(405)
  expect(deps.asked).toEqual([])
})

const prometheus = findPeer('prometheus')
const promtool = findPeer('promtool')

describe.skipIf(prometheus === undefined || promtool === undefined)('as Prometheus answers', () => {
  let on: RunningPrometheus
  let off: RunningPrometheus
  let weirOn: HttpServer
  let weirOff: HttpServer

  beforeAll(async () => {
    const programs = { prometheus: prometheus!, promtool: promtool! }
    on = await startPrometheus(programs, demoOpenMetrics(), ['--web.enable-admin-api'])
    off = await startPrometheus(programs, demoOpenMetrics())
    weirOn = await createHttp(adminStandIn())
    weirOff = await createHttp(standIn())
  })
  afterAll(async () => {
    for (const one of [on, off, weirOn, weirOff]) await one[Symbol.asyncDispose]()
  })

  test.each([
    'delete_series?match[]=nothing',
    'delete_series',
    'delete_series?match[]=nothing&start=yesterday',
    'delete_series?match[]=nothing&end=x',
    'clean_tombstones',
    'snapshot?skip_head=maybe',
  ])('%s', async (path) => {
    for (const [real, weir] of [
      [on, weirOn],
      [off, weirOff],
    ] as const) {
      const want = await fetch(`${real.url}${ADMIN}/${path}`, { method: 'POST' })
      const got = await weir.inject({ method: 'POST', url: `${ADMIN}/${path}` })
      expect([got.statusCode, got.body]).toEqual([want.status, await want.text()])
    }
  })

  test('a selector that cannot be read is refused in the same way', async () => {
    const url = `${ADMIN}/delete_series?match[]=(`
    const want = await fetch(on.url + url, { method: 'POST' })
    const got = await weirOn.inject({ method: 'POST', url })
    expect(got.statusCode).toBe(want.status)
    const { error } = (await want.json()) as { error: string }
    expect(got.json<{ error: string }>().error.split(/\d+:\d+/)[0]).toBe(error.split(/\d+:\d+/)[0])
  })
})
