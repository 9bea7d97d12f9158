import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { getLogger } from '../logging/logger.ts'
import { httpReceiver } from '../testing/http-receiver.ts'
import { keptLogging } from '../testing/lines.ts'
import { connectLevels } from './connection.ts'

let logging: ReturnType<typeof keptLogging>
beforeEach(() => {
  logging = keptLogging()
})
afterEach(async () => logging.close())

interface Poll {
  readonly loggersVersion: number
  readonly loggers?: Readonly<
    Record<string, { readonly level?: string; readonly effective: string }>
  >
  readonly overridesVersion: string
  readonly applied: readonly {
    readonly id: string
    readonly loggers: number
    readonly records: number
  }[]
  readonly leaving?: boolean
  readonly [field: string]: unknown
}
interface Told {
  readonly overridesVersion: string
  readonly overrides?: readonly object[]
  readonly wantLoggers?: boolean
}

/** A Weir that a test answers for: each request waits until it is told what to say. */
async function scriptedWeir() {
  const open: ServerResponse[] = []
  const receiver = await httpReceiver((request, response) => {
    if ((JSON.parse(request.body) as Poll).leaving === true) response.end('{}')
    else open.push(response)
  })
  return {
    url: receiver.url,
    polls: (): readonly Poll[] => receiver.received.map(({ body }) => JSON.parse(body) as Poll),
    count: (wanted: number) => receiver.count(wanted),
    /** Answers the request that waits. */
    tell({ overrides = [], wantLoggers = false, ...told }: Told): void {
      open.shift()!.end(JSON.stringify({ ...told, overrides, wantLoggers }))
    },
    refuse(status: number, headers: Readonly<Record<string, string>> = {}): void {
      open.shift()!.writeHead(status, headers).end('not now')
    },
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  }
}
const DEBUG = { id: 'k1', logger: 'connection.sink*', level: 'debug', remainingMs: 600_000 }

test('a process tells who it is and its loggers, follows an override, and says so', async () => {
  await using weir = await scriptedWeir()
  const sink = getLogger('connection.sink')
  sink.debug('before')
  await using connection = connectLevels({
    weir: weir.url,
    service: 'orders',
    version: '1.2',
    pipeline: 'daily',
    labels: { zone: 'a' },
  })
  await weir.count(1)
  expect(weir.polls()[0]).toEqual({
    instance: expect.stringMatching(/^[\da-f-]{36}$/),
    service: 'orders',
    version: '1.2',
    pipeline: 'daily',
    labels: { zone: 'a' },
    host: expect.any(String),
    pid: process.pid,
    language: 'node',
    loggersVersion: expect.any(Number),
    loggers: expect.objectContaining({
      root: { level: 'info', effective: 'info' },
      'connection.sink': { effective: 'info' },
    }),
    overridesVersion: '',
    applied: [],
    waitMs: 30_000,
  })
  weir.tell({ overridesVersion: 'v1', overrides: [DEBUG] })
  await weir.count(2)
  sink.debug('during')
  expect(weir.polls()[1]).toMatchObject({
    overridesVersion: 'v1',
    applied: [{ id: 'k1', loggers: 1, records: 0 }],
    loggers: { 'connection.sink': { effective: 'debug' } },
  })
  weir.tell({ overridesVersion: 'v2' })
  await weir.count(3)
  sink.debug('after')
  expect(weir.polls()[2]).toMatchObject({ overridesVersion: 'v2', applied: [] })
  expect(logging.kept.records.map(({ message }) => message)).toEqual(['during'])
  expect(connection.state()).toEqual({ isConnected: true, problem: undefined })
})

test('loggers are sent again only when they changed or Weir lacks them', async () => {
  await using weir = await scriptedWeir()
  await using _ = connectLevels({ weir: weir.url, service: 's' })
  await weir.count(1)
  weir.tell({ overridesVersion: 'v1' })
  await weir.count(2)
  weir.tell({ overridesVersion: 'v1', wantLoggers: true })
  await weir.count(3)
  expect(weir.polls().map(({ loggers }) => loggers !== undefined)).toEqual([true, false, true])
})

test('a new logger breaks off a request that waits', async () => {
  await using weir = await scriptedWeir()
  await using _ = connectLevels({ weir: weir.url, service: 's' })
  await weir.count(1)
  getLogger(`connection.new.${performance.now()}`)
  await weir.count(2)
  const [first, second] = weir.polls()
  expect(second!.loggersVersion).toBeGreaterThan(first!.loggersVersion)
  expect(second!.loggers).toBeDefined()
})

test('levels go back by themselves when Weir is gone', async () => {
  const sink = getLogger('connection.sink.alone')
  const weir = await scriptedWeir()
  await using connection = connectLevels({ weir: weir.url, service: 's' })
  await weir.count(1)
  weir.tell({ overridesVersion: 'v1', overrides: [{ ...DEBUG, remainingMs: 300 }] })
  await weir.count(2)
  expect(sink.isEnabled('debug')).toBe(true)
  await weir[Symbol.asyncDispose]()
  await vi.waitFor(() => expect(connection.state().problem).toBeDefined())
  await vi.waitFor(() => expect(sink.isEnabled('debug')).toBe(false), { interval: 5 })
})

test('after so many records it is over, and stays in what is told', async () => {
  await using weir = await scriptedWeir()
  const sink = getLogger('connection.sink.bounded')
  await using _ = connectLevels({ weir: weir.url, service: 's' })
  await weir.count(1)
  const bounded = { ...DEBUG, recordsMax: 3 }
  weir.tell({ overridesVersion: 'v1', overrides: [bounded] })
  await weir.count(2)
  for (let n = 0; n < 10; n++) sink.debug('many', { n })
  weir.tell({ overridesVersion: 'v2', overrides: [bounded] })
  await weir.count(3)
  expect(weir.polls()[2]!.applied).toMatchObject([{ id: 'k1', records: 3 }])
  expect(logging.kept.records).toHaveLength(3)
})

test('closing leaves the list and goes back to the own levels at once', async () => {
  await using weir = await scriptedWeir()
  const sink = getLogger('connection.sink')
  const connection = connectLevels({ weir: weir.url, service: 's' })
  await weir.count(1)
  weir.tell({ overridesVersion: 'v1', overrides: [DEBUG] })
  await weir.count(2)
  await connection.close()
  expect(sink.isEnabled('debug')).toBe(false)
  const polls = weir.polls()
  expect(polls.at(-1)).toMatchObject({ leaving: true, waitMs: 0, instance: polls[0]!['instance'] })
  await connection.close()
  expect(weir.polls()).toHaveLength(polls.length)
})

test.each([
  [503, 'answer 503: not now'],
  [404, 'answer 404: not now'],
])('after %i it waits, and says why', async (status, problem) => {
  await using weir = await scriptedWeir()
  await using connection = connectLevels({ weir: weir.url, service: 's' })
  await weir.count(1)
  weir.refuse(status)
  await vi.waitFor(() => expect(connection.state().problem).toBe(problem))
  expect(weir.polls()).toHaveLength(1)
})

test('answers that are none change nothing', async () => {
  await using weir = await scriptedWeir()
  await using connection = connectLevels({ weir: weir.url, service: 's' })
  await weir.count(1)
  weir.tell({
    overridesVersion: 'v1',
    overrides: [
      DEBUG,
      { id: 5 },
      { ...DEBUG, id: 'x', level: 'loud' },
      { ...DEBUG, id: 'y', remainingMs: -1 },
    ],
  })
  await weir.count(2)
  expect(weir.polls()[1]!.applied.map(({ id }) => id)).toEqual(['k1'])
  weir.tell({ overridesVersion: 7 as unknown as string })
  await vi.waitFor(() => expect(connection.state().problem).toContain('an answer that is none'))
  expect(getLogger('connection.sink').isEnabled('debug')).toBe(true)
})

test('a program that is done ends, though a request waits', async () => {
  await using weir = await scriptedWeir()
  const sdk = join(import.meta.dirname, '../../dist/index.js')
  const program = `
    import { connectLevels, getLogger } from ${JSON.stringify(sdk)}
    connectLevels({ weir: ${JSON.stringify(weir.url)}, service: 'short' })
    await new Promise((resolve) => process.stdin.once('data', resolve))
    process.stdin.destroy()`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program])
  await weir.count(1)
  weir.tell({ overridesVersion: '0' })
  await weir.count(2)
  child.stdin.write('done')
  const [code] = (await once(child, 'exit')) as [number]
  expect(code).toBe(0)
  expect(weir.polls().at(-1)).toMatchObject({ service: 'short', leaving: true })
})

test('an address that is none fails at once', () => {
  expect(() => connectLevels({ weir: 'weir:9347' })).toThrow(TypeError)
})
