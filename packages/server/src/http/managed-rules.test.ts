import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HttpServer, createHttp } from './app.ts'
import { standIn } from './testing/stand-in.ts'

const said: unknown[] = []
let http: HttpServer

beforeAll(async () => {
  const deps = standIn()
  const note =
    (what: string) =>
    async (...given: readonly unknown[]): Promise<never> => {
      said.push([what, ...given.filter((one) => !(one instanceof AbortSignal))])
      return {} as never
    }
  http = await createHttp({
    ...deps,
    alerting: {
      ...deps.alerting,
      managedRules: {
        ...deps.alerting.managedRules,
        put: note('put'),
        remove: note('remove'),
        switchOff: note('off'),
        switchOn: note('on'),
        preview: note('preview'),
      },
    },
  })
})

afterAll(() => http[Symbol.asyncDispose]())

const JSON_TYPE = { 'content-type': 'application/json' }
const BY = { author: 'ann', reason: 'loud' }
const RULE = { alert: 'Lag', expr: 'lag > 5' }

async function ask(
  method: 'PUT' | 'POST' | 'DELETE',
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = JSON_TYPE,
): Promise<[number, string]> {
  const payload = typeof body === 'string' ? body : JSON.stringify(body)
  const reply = await http.inject({ method, url: `/api/weir/v1/rules/${url}`, headers, payload })
  return [reply.statusCode, reply.body]
}

test.each([
  [
    'PUT',
    'lag',
    { group: 'g', rule: RULE, ...BY },
    ['put', 'lag', { group: 'g', rule: RULE }, expect.objectContaining(BY)],
  ],
  [
    'PUT',
    'lag',
    { group: 'g', interval: '', rule: RULE, replaces: '0a', author: 'ann' },
    [
      'put',
      'lag',
      { group: 'g', rule: RULE, replaces: '0a' },
      expect.objectContaining({ author: 'ann', reason: '' }),
    ],
  ],
  ['DELETE', 'lag', BY, ['remove', 'lag', BY]],
  ['POST', '0a/off', BY, ['off', '0a', BY]],
  ['POST', '0a/on', BY, ['on', '0a', BY]],
  ['POST', 'preview', { rule: RULE }, ['preview', { group: '', rule: RULE }]],
] as const)('%s /rules/%s', async (method, url, body, want) => {
  said.length = 0
  expect(await ask(method, url, body)).toEqual([200, '{}'])
  expect(said).toEqual([want])
})

test.each([
  ['{', JSON_TYPE, 400, 'invalid parameter'],
  ['[]', JSON_TYPE, 400, 'invalid parameter'],
  [{ rule: RULE, typo: 1 }, JSON_TYPE, 400, 'typo'],
  [{ rule: 'x' }, JSON_TYPE, 400, 'rule'],
  ['rule=x', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'want application/json'],
] as const)('a body %j of %j is refused with %i', async (body, headers, status, words) => {
  const [code, text] = await ask('POST', 'preview', body, headers)
  expect([code, text]).toEqual([status, expect.stringContaining(words)])
})

test('the export is a rule file', async () => {
  const reply = await http.inject({ url: '/api/weir/v1/rules/export?format=prometheus' })
  expect([reply.headers['content-type'], reply.body]).toEqual(['application/yaml', 'prometheus\n'])
  expect((await http.inject({ url: '/api/weir/v1/rules/export?format=x' })).statusCode).toBe(400)
})
