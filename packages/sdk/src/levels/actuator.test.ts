import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getLogger } from '../logging/logger.ts'
import { sharedState } from '../logging/shared-state.ts'
import { keptLogging } from '../testing/lines.ts'
import { type ActuatorServer, serveActuator } from './actuator.ts'

let logging: ReturnType<typeof keptLogging>
let server: ActuatorServer
beforeAll(async () => {
  logging = keptLogging({ levels: { 'spring.sink': 'ERROR' } })
  getLogger('spring.sink')
  getLogger('spring.source')
  server = await serveActuator()
})
afterAll(async () => {
  await server.close()
  sharedState().registry.clearConfigured()
  await logging.close()
})

async function ask(path: string, body?: string, type = 'application/json') {
  const options =
    body === undefined ? {} : { method: 'POST', body, headers: { 'content-type': type } }
  const response = await fetch(server.url + path, options)
  const text = await response.text()
  return [response.status, text === '' ? undefined : (JSON.parse(text) as unknown)]
}
const source = (): unknown => ask('/spring.source')

test('all loggers in the shape of Spring', async () => {
  const [status, all] = await ask('')
  expect(status).toBe(200)
  expect(all).toEqual({
    levels: ['OFF', 'FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'],
    loggers: expect.objectContaining({
      ROOT: { configuredLevel: 'INFO', effectiveLevel: 'INFO' },
      'spring.sink': { configuredLevel: 'ERROR', effectiveLevel: 'ERROR' },
      'spring.source': { effectiveLevel: 'INFO' },
    }),
    groups: {},
  })
})

test('a level is set, inherited, and taken back', async () => {
  expect(await ask('/spring', '{"configuredLevel":"debug"}')).toEqual([204, undefined])
  expect(await source()).toEqual([200, { effectiveLevel: 'DEBUG' }])
  expect(getLogger('spring.source').isEnabled('debug')).toBe(true)
  expect(await ask('/spring.source', '{"configuredLevel":"WARN"}')).toEqual([204, undefined])
  expect(await source()).toEqual([200, { configuredLevel: 'WARN', effectiveLevel: 'WARN' }])
  expect(await ask('/spring.source', '{"configuredLevel":null}')).toEqual([204, undefined])
  expect(await ask('/spring', '{}', 'application/vnd.spring-boot.actuator.v3+json')).toEqual([
    204,
    undefined,
  ])
  expect(await source()).toEqual([200, { effectiveLevel: 'INFO' }])
  await ask('/ROOT', '{"configuredLevel":"FATAL"}')
  expect(await source()).toEqual([200, { effectiveLevel: 'FATAL' }])
  await ask('/ROOT', '{}')
})

test.each([
  ['an unknown logger', () => ask('/no.such'), 404],
  ['an unknown level', () => ask('/spring', '{"configuredLevel":"loud"}'), 400],
  ['a level that is no word', () => ask('/spring', '{"configuredLevel":5}'), 400],
  ['no JSON', () => ask('/spring', '{'), 400],
  ['a body beyond its limit', () => ask('/spring', ' '.repeat(70_000)), 400],
  ['a form of a web page', () => ask('/spring', 'a=b', 'application/x-www-form-urlencoded'), 415],
  ['a body of no type', () => ask('/spring', '{}', 'text/plain'), 415],
  ['a name that cannot be read', () => ask('/%ff'), 404],
  ['another path', () => ask('-other'), 404],
  ['POST to all', () => ask('', '{}'), 405],
])('%s is answered', async (_, run, status) => {
  expect((await run())[0]).toBe(status)
})

test('a host name of somebody else is refused', async () => {
  const { port } = new URL(server.url)
  const status = await new Promise((resolve) => {
    const headers = { host: 'evil.example' }
    request({ port, host: '127.0.0.1', path: '/actuator/loggers', headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    }).end()
  })
  expect(status).toBe(403)
})
