import { type RequestListener, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { remoteWrite } from './config.ts'
import { openReceiver } from './receiver.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function serverOf(handle: RequestListener): Promise<string> {
  const server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/write`
}

async function post(
  url: string,
  keys: object = {},
  signal = new AbortController().signal,
): Promise<unknown> {
  await using receiver = await openReceiver(remoteWrite.parse([{ url, ...keys }])[0]!)
  return await receiver.post(Buffer.from('body'), { 'content-type': 'x/y' }, signal)
}

test('a request has its body, the protocol headers, its own and credentials', async () => {
  let seen: unknown
  const url = await serverOf((request, response) => {
    const { 'content-type': type, 'x-scope-orgid': tenant, authorization } = request.headers
    request.on('data', (body: Buffer) => {
      seen = [request.method, String(body), type, tenant, authorization]
    })
    request.on('end', () => response.writeHead(204, { 'x-written': '7' }).end())
  })
  const keys = { headers: { 'X-Scope-OrgID': 'me' }, bearer_token: 'secret' }
  expect(await post(url, keys)).toMatchObject({ status: 204, headers: { 'x-written': '7' } })
  expect(seen).toEqual(['POST', 'body', 'x/y', 'me', 'Bearer secret'])
})

test('of an endless error only the beginning is read', async () => {
  const url = await serverOf((_request, response) => {
    response.writeHead(500)
    const write = (): void => {
      while (!response.destroyed && response.write('no '.repeat(1000)));
    }
    response.on('drain', write)
    write()
  })
  const answer = (await post(url)) as { status: number; text: string }
  expect(answer.status).toBe(500)
  expect(answer.text).toHaveLength(1024)
})

test('a redirect that makes a GET of a POST has not taken anything', async () => {
  const url = await serverOf((request, response) => {
    if (request.method === 'GET') response.writeHead(200).end('hello')
    else response.writeHead(301, { location: '/elsewhere' }).end()
  })
  const { origin } = new URL(url)
  expect(await post(url)).toMatchObject({
    status: 301,
    text: `it redirects to ${origin}/elsewhere`,
  })
})

test('a connection that closes in the midst of the answer is an error, and so is an abort', async () => {
  const url = await serverOf((_request, response) => {
    response.writeHead(500, { 'content-length': '100' }).write('no')
    setImmediate(() => response.destroy())
  })
  await expect(post(url)).rejects.toThrow()
  const gone = new AbortController()
  const silent = await serverOf(() => gone.abort(new Error('gone')))
  await expect(post(silent, {}, gone.signal)).rejects.toThrow('gone')
})
