import { expect, test } from 'vitest'
import { NOON_MS, stand } from '../testing/kept-lines.ts'
import { NO_FIELDS } from './log-request.ts'

const NOON = new Date(NOON_MS).toISOString()

async function kept(text: string, contentType = 'application/json', said: readonly string[] = []) {
  const here = stand()
  const fields = { ...NO_FIELDS, extra: said }
  await here.take({ protocol: 'datadog', contentType, fields, text })
  return here.kept
}

test('words of Datadog become labels, level, time, and what stands beside the line', async () => {
  const [line] = await kept(
    JSON.stringify({
      message: 'refused',
      ddsource: 'nginx',
      ddtags: 'env:prod,pipeline:orders,stage:sink, team:data,canary,a.b:c:d',
      hostname: 'h-1',
      service: 'payment',
      status: 'critical',
      timestamp: NOON_MS - 1500,
      http: { status: 500 },
      trace_id: 7,
      none: null,
    }),
  )
  expect(line).toEqual({
    time: new Date(NOON_MS - 1500).toISOString(),
    level: 'critical',
    labels: {
      env: 'prod',
      pipeline: 'orders',
      stage: 'sink',
      host: 'h-1',
      source: 'nginx',
      service_name: 'payment',
    },
    line: 'refused',
    metadata: {
      team: 'data',
      canary: 'true',
      a_b: 'c:d',
      http: '{"status":500}',
      trace_id: '7',
    },
  })
})

test.each<[what: string, entry: object, want: object]>([
  [
    'nothing but a message',
    { message: 'x' },
    { time: NOON, labels: { service_name: 'unknown_service' } },
  ],
  [
    'a time as text',
    { message: 'x', timestamp: '2026-11-28T11:59:00Z' },
    { time: '2026-11-28T11:59:00.000Z' },
  ],
  ['a time in digits', { message: 'x', timestamp: String(NOON_MS) }, { time: NOON }],
  ['a time that is none', { message: 'x', timestamp: 'soon' }, { time: NOON }],
  ['a time past all', { message: 'x', timestamp: 1e300 }, { time: NOON }],
  ['a level that only the line tells', { message: '{"level":"warn"}' }, { level: 'warn' }],
  ['a message that is no text', { message: { a: 1 } }, { line: '{"a":1}' }],
])('%s', async (_, entry, want) => {
  expect(await kept(JSON.stringify([entry]))).toMatchObject([want])
})

test('what the address says holds for lines that do not say it; tags of both count', async () => {
  const said = ['service', 'shop', 'ddtags', 'env:prod,team:data']
  const text = JSON.stringify([
    { message: 'a' },
    { message: 'b', service: 'own', ddtags: 'env:dev' },
  ])
  const found = await kept(text, 'application/json', said)
  expect(found.map(({ labels, metadata }) => [labels, metadata])).toEqual([
    [{ service_name: 'shop', env: 'prod' }, { team: 'data' }],
    [{ service_name: 'own', env: 'dev' }, { team: 'data' }],
  ])
  const plain = await kept('one\r\n\ntwo', 'text/plain', said)
  expect(plain.map(({ line, labels }) => [line, labels['service_name']])).toEqual([
    ['one', 'shop'],
    ['two', 'shop'],
  ])
})

test.each([['{"message":'], ['[1]'], ['"x"'], ['[null]']])('%s is refused', async (text) => {
  await expect(kept(text)).rejects.toMatchObject({ code: 'LOGS_INVALID' })
})
