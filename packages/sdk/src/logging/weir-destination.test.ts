import { expect, test, vi } from 'vitest'
import { httpReceiver, status } from '../testing/http-receiver.ts'
import { WeirDestination } from './weir-destination.ts'

test('lines go together, in order, as NDJSON', async () => {
  await using weir = await httpReceiver(status(204))
  const destination = new WeirDestination({ url: `${weir.url}/below/`, headers: { 'x-a': 'b' } })
  destination.write('{"n":1}\n', 20)
  destination.write('{"n":2}\n', 20)
  await destination.flush()
  destination.write('{"n":3}\n', 20)
  await destination.close()
  expect(weir.received.map(({ path, body }) => [path, body])).toEqual([
    ['/below/api/weir/v1/logs', '{"n":1}\n{"n":2}\n'],
    ['/below/api/weir/v1/logs', '{"n":3}\n'],
  ])
  expect(weir.received[0]!.headers).toMatchObject({
    'content-type': 'application/x-ndjson',
    'x-a': 'b',
  })
  expect(destination.stats()).toMatchObject({ written: 3, dropped: 0, failures: 0 })
})

test('they go by themselves after a while', async () => {
  await using weir = await httpReceiver(status(204))
  const destination = new WeirDestination({ url: weir.url, batchMs: 1 })
  destination.write('{}\n', 20)
  await weir.count(1)
  await destination.close()
})

test('with gzip and a password when told', async () => {
  await using weir = await httpReceiver(status(200))
  const url = weir.url.replace('//', '//me:p%40ss@')
  const destination = new WeirDestination({ url, compress: true })
  destination.write('{"zipped":true}\n', 20)
  await destination.close()
  const [{ body, headers } = { body: '', headers: {} }] = weir.received
  expect(body).toBe('{"zipped":true}\n')
  expect(headers.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`)
  expect(destination.stats().name).toBe(weir.url)
})

test('what Weir cannot take now is sent again, and kept in order', async () => {
  await using weir = await httpReceiver((_, response, index) => {
    response.writeHead(index === 0 ? 503 : index === 1 ? 429 : 200).end()
  })
  const destination = new WeirDestination({ url: weir.url })
  destination.write('1\n', 20)
  await destination.flush()
  destination.write('2\n', 20)
  await destination.flush()
  expect(destination.stats()).toMatchObject({ written: 0, dropped: 0, failures: 2 })
  await destination.close()
  expect(weir.received.map(({ body }) => body)).toEqual(['1\n', '1\n', '1\n', '2\n'])
  expect(destination.stats()).toMatchObject({ written: 2, dropped: 0, failures: 2 })
})

test('what Weir refuses is dropped, counted, and told once', async () => {
  const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  await using weir = await httpReceiver(status(400))
  const destination = new WeirDestination({ url: weir.url })
  for (let i = 0; i < 3; i++) {
    destination.write('{}\n', 20)
    await destination.flush()
  }
  await destination.close()
  expect(destination.stats()).toMatchObject({ written: 0, dropped: 3, failures: 3 })
  expect(warning).toHaveBeenCalledTimes(1)
  warning.mockRestore()
})

test('of a request that was taken, lines that were refused are counted', async () => {
  const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  await using weir = await httpReceiver((_, response) => {
    response.end('{"lines":1,"rejected":{"too_old":1,"line_too_long":1}}')
  })
  const destination = new WeirDestination({ url: weir.url })
  for (let n = 0; n < 3; n++) destination.write('{}\n', 20)
  await destination.close()
  expect(destination.stats()).toMatchObject({ written: 1, dropped: 2 })
  expect(String(warning.mock.calls[0]![0])).toContain('too_old')
  warning.mockRestore()
})

test('while nobody listens memory is bounded: the oldest lines go', async () => {
  let url: string
  {
    await using gone = await httpReceiver(status(200))
    url = gone.url
  }
  const destination = new WeirDestination({ url, queueChars: 1024 * 1024, flushTimeoutMs: 2_000 })
  for (let n = 0; n < 4_000; n++) destination.write(`${String(n).padEnd(1023)}\n`, 20)
  await destination.flush()
  const { dropped, failures } = destination.stats()
  expect(dropped).toBeGreaterThanOrEqual(4_000 - 1_024)
  expect(dropped).toBeLessThan(4_000 - 512)
  expect(failures).toBe(1)
  await using back = await httpReceiver(status(200), Number(new URL(url).port))
  await destination.close()
  const lines = back.received.flatMap(({ body }) => body.trimEnd().split('\n'))
  expect(lines.at(-1)!.trim()).toBe('3999')
  expect(destination.stats().written + dropped).toBe(4_000)
})

test('a receiver that never answers does not hold up the end', async () => {
  await using weir = await httpReceiver(() => {})
  const destination = new WeirDestination({ url: weir.url, flushTimeoutMs: 50 })
  destination.write('{}\n', 20)
  await destination.close()
  expect(destination.stats()).toMatchObject({ written: 0, dropped: 1 })
})

test('an address that is none fails the set-up', () => {
  expect(() => new WeirDestination({ url: 'weir:9347' })).toThrow(TypeError)
  expect(() => new WeirDestination({ url: 'not an address' })).toThrow(TypeError)
})
