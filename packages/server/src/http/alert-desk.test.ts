import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWeirRouting } from './testing/alertmanagers.ts'

let weir: Awaited<ReturnType<typeof startWeirRouting>>
const heard: string[] = []
const hook = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk: Buffer) => (body += chunk.toString()))
  request.on('end', () => {
    const { status, alerts } = JSON.parse(body) as {
      readonly status: string
      readonly alerts: readonly { readonly labels: { readonly alertname: string } }[]
    }
    heard.push(`${status} ${alerts.map(({ labels }) => labels.alertname).join()}`)
    response.writeHead(request.url === '/bad' ? 400 : 200).end('no')
  })
})

beforeAll(async () => {
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}`
  weir = await startWeirRouting(`
route: {receiver: team, group_wait: 1h}
receivers:
- name: team
  webhook_configs: [{url: '${url}/good'}, {url: '${url}/bad', send_resolved: false}]
`)
  await fetch(`${weir.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ labels: { alertname: 'Down', team: 'x' } }]),
  })
})
afterAll(async () => {
  await weir[Symbol.asyncDispose]()
  hook.close()
})

async function ask(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly code: string | null; readonly said: unknown }> {
  const answer = await fetch(`${weir.url}/api/weir/v1/${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const said: unknown = await answer.json()
  return { status: answer.status, code: answer.headers.get('weir-error-code'), said }
}

async function printOfDown(): Promise<string> {
  const { said } = await ask('GET', 'alerts/groups')
  const [group] = said as [{ readonly alerts: readonly { readonly fingerprint: string }[] }]
  return group.alerts[0]!.fingerprint
}

test('what fires, with what people say about it, and what they did', async () => {
  const print = await printOfDown()
  await ask('POST', `alerts/${print}/ack`, { by: 'ann', comment: 'on it' })
  await ask('POST', `alerts/${print}/assign`, { by: 'ann', to: 'bob' })
  await ask('POST', `alerts/${print}/snooze`, { by: 'bob', untilMs: null })
  const noted = await ask('POST', `alerts/${print}/note`, { by: 'bob', text: '<b>disk</b>' })
  expect(noted.said).toMatchObject([{ ack: { by: 'ann' }, notes: [{ text: '<b>disk</b>' }] }])
  expect((await ask('GET', 'alerts/groups')).said).toMatchObject([
    {
      receiver: 'team',
      alerts: [
        {
          labels: { alertname: 'Down', team: 'x' },
          marks: { ack: { by: 'ann', comment: 'on it' }, assignee: { to: 'bob' } },
        },
      ],
    },
  ])
  await ask('DELETE', `alerts/${print}/snooze?by=ann`)
  await ask('DELETE', `alerts/${print}/ack?by=ann`)
  const { said } = await ask('GET', `alerts/history?fingerprint=${print}`)
  const { events } = said as { readonly events: readonly { kind: string; by: string }[] }
  expect(
    events.filter(({ by }) => by !== undefined).map(({ kind, by }) => `${kind} ${by}`),
  ).toEqual(
    expect.arrayContaining(['acked ann', 'assigned ann', 'snoozed bob', 'noted bob', 'woken ann']),
  )
})

test('where alerts go', async () => {
  expect((await ask('GET', 'routes')).said).toMatchObject({
    receiver: 'team',
    matchers: '{}',
    groupBy: [],
    groupWaitMs: 3_600_000,
    routes: [],
  })
  expect((await ask('GET', 'routes/test?label=alertname=A&label=team=x=y')).said).toMatchObject([
    { receiver: 'team', routeKey: '{}', groupKey: '{}:{}', groupLabels: {} },
  ])
  expect((await ask('GET', 'routes/test?label=team')).status).toBe(400)
  expect((await ask('GET', 'receivers/failing')).said).toEqual([])
})

test('a test goes through each integration', async () => {
  expect((await ask('GET', 'receivers')).said).toEqual([
    { name: 'team', labels: {}, integrations: ['webhook', 'webhook'] },
  ])
  const sent = { kind: 'sent', error: '' }
  const error = 'Cannot notify by webhook: it answered 400: no'
  expect((await ask('POST', 'receivers/team/test')).said).toEqual([
    { integration: 'webhook', index: 0, firing: sent, resolved: sent },
    { integration: 'webhook', index: 1, firing: { kind: 'refused', error }, resolved: null },
  ])
  expect(heard.toSorted()).toEqual(['firing WeirTest', 'firing WeirTest', 'resolved WeirTest'])
  expect(await ask('POST', 'receivers/team/test')).toMatchObject({
    status: 429,
    code: 'RECEIVER_TEST_LIMIT',
  })
  expect((await ask('GET', 'notifications')).said).toEqual([])
})

test('maintenance is planned, changed, listed with its times, and removed', async () => {
  const plan = {
    name: 'Patch',
    createdBy: 'ann',
    matchers: [{ name: 'team', value: 'x' }],
    start: '2026-01-01T22:00',
    durationMs: 3_600_000,
    rrule: 'FREQ=WEEKLY',
  }
  const { id } = (await ask('POST', 'maintenance', plan)).said as { readonly id: string }
  const { said } = await ask(
    'GET',
    'maintenance?start=2026-01-01T00:00:00Z&end=2026-01-29T00:00:00Z',
  )
  expect(said).toMatchObject({
    windows: [{ id, name: 'Patch', timeZone: 'UTC' }],
    times: [1, 8, 15, 22].map((day) => ({ id, startMs: Date.UTC(2026, 0, day, 22) })),
  })
  expect((await ask('PUT', `maintenance/${id}`, { ...plan, name: 'Later' })).said).toMatchObject({
    name: 'Later',
  })
  expect(await ask('DELETE', `maintenance/${id}`)).toMatchObject({ status: 200, said: {} })
  expect(await ask('DELETE', `maintenance/${id}`)).toMatchObject({
    status: 404,
    code: 'MAINTENANCE_UNKNOWN',
  })
})

test.each<[string, string, unknown, number, string]>([
  ['POST', 'alerts/0000000000000000/ack', { by: 'ann' }, 404, 'ALERT_UNKNOWN'],
  ['POST', 'alerts/x/ack', { by: 1 }, 400, 'HTTP_PARAMETER'],
  ['POST', 'alerts/x/ack', { by: 'ann', other: 1 }, 400, 'HTTP_PARAMETER'],
  ['GET', 'alerts/x/ack', undefined, 405, 'HTTP_METHOD'],
  ['GET', 'alerts/history?fingerprint=x', undefined, 400, 'HTTP_PARAMETER'],
  ['GET', 'alerts/history?limit=99999', undefined, 400, 'HTTP_PARAMETER'],
  ['POST', 'maintenance', { name: 'x' }, 400, 'HTTP_PARAMETER'],
  ['GET', 'maintenance?end=2999-01-01T00:00:00Z', undefined, 400, 'HTTP_PARAMETER'],
  ['POST', 'receivers/nobody/test', {}, 404, 'RECEIVER_UNKNOWN'],
  ['POST', 'notifications/x/retry', undefined, 404, 'NOTIFICATION_UNKNOWN'],
])('%s %s %j is refused', async (method, path, body, status, code) => {
  expect(await ask(method, path, body)).toMatchObject({ status, code })
})
