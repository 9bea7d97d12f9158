import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { connectLevels } from '../levels/connection.ts'
import { WeirDestination } from '../logging/weir-destination.ts'
import { Registry } from '../metrics/registry.ts'
import { exportMetrics } from '../outputs/export.ts'
import { otlp, remoteWrite } from '../outputs/push.ts'
import { type HttpReceiver, httpReceiver } from '../testing/http-receiver.ts'
import { Access } from './access.ts'

let warned: string[] = []

beforeEach(() => {
  warned = []
  vi.spyOn(process, 'emitWarning').mockImplementation((text) => void warned.push(String(text)))
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** A Weir that lets in who shows one token; others hear a status. */
function guarded(good: string, refusal = 401): Promise<HttpReceiver> {
  return httpReceiver(({ headers }, response) => {
    const isIn = headers.authorization === `Bearer ${good}`
    response.writeHead(isIn ? 200 : refusal).end(isIn ? '' : 'nobody')
  })
}

const shown = ({ received }: HttpReceiver): readonly (string | undefined)[] =>
  received.map(({ headers }) => headers.authorization)

const EVERYWAY = { headers: { 'content-type': 'text/plain' }, body: 'x', timeoutMs: 5_000 }

describe('where a token comes from', () => {
  test('a function is asked each time, and what it said last holds while it fails', async () => {
    await using weir = await guarded('new')
    const said = ['old', new Error('rotating'), ' new\n']
    const token = (): string => {
      const next = said.shift() ?? 'new'
      if (next instanceof Error) throw next
      return next
    }
    const access = new Access(new URL(weir.url), { token }, {})
    for (let n = 0; n < 4; n++) await access.post(EVERYWAY)
    access.close()
    expect(shown(weir)).toEqual(['Bearer old', 'Bearer old', 'Bearer new', 'Bearer new'])
  })

  test('a file is read each time; where there is none yet the request fails', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weir-sdk-token-'))
    const file = join(folder, 'token')
    await using weir = await guarded('two')
    const access = new Access(new URL(weir.url), { token: { file } }, {})
    expect(await access.post(EVERYWAY)).toMatchObject({ kind: 'failed' })
    writeFileSync(file, 'one\n')
    await access.post(EVERYWAY)
    writeFileSync(file, '')
    await access.post(EVERYWAY)
    writeFileSync(file, 'two')
    expect(await access.post(EVERYWAY)).toMatchObject({ status: 200 })
    access.close()
    rmSync(folder, { recursive: true })
    expect(shown(weir)).toEqual(['Bearer one', 'Bearer one', 'Bearer two'])
  })

  test('it goes before headers and the user of the address', async () => {
    await using weir = await guarded('t')
    const url = new URL(weir.url.replace('//', '//ann:secret@'))
    const access = new Access(url, { token: 't', headers: { Authorization: 'Bearer h' } }, {})
    expect(await access.post(EVERYWAY)).toMatchObject({ status: 200 })
    access.close()
  })

  test.each(['', 'a b', 'a\nb', 'ü'])('%j is none', async (token) => {
    const url = (): URL => new URL('http://127.0.0.1:1')
    expect(() => new Access(url(), { token }, {})).toThrow(/^Cannot use an? (empty )?token/)
    const access = new Access(url(), { token: () => `${token} ` }, {})
    const answer = await access.post(EVERYWAY)
    expect(answer).toMatchObject({ kind: 'failed', why: expect.stringMatching(/^Cannot use/) })
  })
})

test.each([
  ['http://127.0.0.1:9347', 0],
  ['http://127.9.9.9', 0],
  ['http://[::1]:9347', 0],
  ['http://localhost', 0],
  ['http://a.localhost', 0],
  ['https://weir.example.org', 0],
  ['http://weir.example.org', 1],
  ['http://localhost.example.org', 1],
  ['http://10.1.2.3:9347', 1],
  ['http://[fd00::1]', 1],
])('a token for %s is told of as in the clear %i times, however often it is used', (url, times) => {
  for (let n = 0; n < 3; n++) new Access(new URL(url), { token: 't' }, {}).close()
  expect(warned.filter((text) => text.includes('unencrypted'))).toHaveLength(times)
  expect(warned.join()).not.toContain('"t"')
})

describe.each([401, 403])('while a token is exchanged (%i)', (refusal) => {
  test('lines wait, and the user hears once what to do', async () => {
    await using weir = await guarded('new', refusal)
    let token = 'old'
    const destination = new WeirDestination({ url: weir.url, token: () => token })
    destination.write('1\n', 20)
    await destination.flush()
    await destination.flush()
    expect(destination.stats()).toMatchObject({ written: 0, dropped: 0, failures: 2 })
    token = 'new'
    destination.write('2\n', 20)
    await destination.close()
    expect(destination.stats()).toMatchObject({ written: 2, dropped: 0 })
    expect(weir.received.slice(-2).map(({ body }) => body)).toEqual(['1\n', '2\n'])
    expect(warned).toEqual([expect.stringContaining('weir token create NAME --scope ingest')])
  })

  test.each([remoteWrite, otlp])('what %o pushes waits', async (output) => {
    await using weir = await guarded('new', refusal)
    let token = 'old'
    const registry = new Registry()
    registry.counter({ name: 'a_total', help: 'A', labels: [] }).inc(1)
    const metrics = exportMetrics({
      source: registry,
      outputs: [output({ url: weir.url, token: () => token })],
    })
    const flushed = metrics.flush()
    await vi.waitFor(() => expect(warned).toHaveLength(1))
    const [waiting] = Object.values(metrics.stats())
    expect(waiting).toMatchObject({ sent: 0, dropped: 0 })
    expect(waiting!.queuedBytes).toBeGreaterThan(0)
    token = 'new'
    await metrics.close()
    await flushed
    const [after] = Object.values(metrics.stats())
    expect(after).toMatchObject({ sent: 2, dropped: 0, queuedBytes: 0 })
    expect(warned).toHaveLength(1)
  })
})

test('levels come as soon as it is right', async () => {
  const told = { overridesVersion: '', overrides: [] }
  let refusals = 0
  await using weir = await httpReceiver((_, response) => {
    if (refusals++ === 0) response.writeHead(401).end()
    else response.end(JSON.stringify(told))
  })
  vi.spyOn(Math, 'random').mockReturnValue(0)
  await using connection = connectLevels({ weir: weir.url, token: 'x', service: 's' })
  await weir.count(1)
  await vi.waitFor(() => expect(connection.state().problem).toContain('answer 401'))
  // Half a second, not the minute of requests that are wrong.
  await weir.count(2)
  await vi.waitFor(() => expect(connection.state().isConnected).toBe(true))
  expect(warned).toHaveLength(1)
})
