import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { DemoDoor } from './door.ts'

test('the demo shows its token, and tells once why nothing comes in', async () => {
  const seen: (string | undefined)[] = []
  let status = 204
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization)
    request.resume()
    response.writeHead(status).end(status === 204 ? '' : 'nobody')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const told: string[] = []
  const web = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const door = new DemoDoor({ web, token: 't', onRefused: (why) => told.push(why) })
  const line = { path: '/x', type: 'text/plain', body: 'x' }
  await door.post(line)
  expect(told).toEqual([])
  status = 401
  await door.post(line)
  server.closeAllConnections()
  server.close()
  await door.post(line)
  await door[Symbol.asyncDispose]()
  expect(told).toEqual(['401 nobody'])
  expect(seen).toEqual(['Bearer t', 'Bearer t'])
})
