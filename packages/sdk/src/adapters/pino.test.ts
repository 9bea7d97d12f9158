import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sharedState } from '../logging/shared-state.ts'
import { KeptLines, type SeenRecord } from '../testing/lines.ts'
import { followLevels } from './pino-levels.ts'
import { type PinoTransportOptions, weirTransport } from './pino-transport.ts'

describe('the transport', () => {
  async function logged(
    run: (stream: NodeJS.WritableStream) => void,
    options: PinoTransportOptions = {},
  ): Promise<readonly SeenRecord[]> {
    const kept = new KeptLines()
    const stream = weirTransport({ console: false, destinations: [kept], ...options })
    run(stream)
    stream.end()
    await once(stream, 'finish')
    return kept.records
  }

  test('gives the same record as the loggers of this package', async () => {
    const [record] = await logged((stream) =>
      pino({ name: 'orders' }, stream)
        .child({ component: 'sink' })
        .warn({ kafka_topic: 't', value: 72, context: { offset: 5 } }, 'late'),
    )
    expect(Object.keys(record!)).toEqual(
      'timestamp level logger message thread process context'.split(' '),
    )
    expect(record).toMatchObject({
      timestamp: expect.stringMatching(/^20\d\d-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/),
      level: 'WARNING',
      logger: 'orders',
      message: 'late',
      process: { id: process.pid },
      context: { component: 'sink', kafka_topic: 't', value: '[redacted]', offset: 5 },
    })
  })

  test.each([
    ['trace', 'TRACE'],
    ['debug', 'DEBUG'],
    ['info', 'INFO'],
    ['warn', 'WARNING'],
    ['error', 'ERROR'],
    ['fatal', 'CRITICAL'],
  ] as const)('%s is %s', async (label, level) => {
    const [record] = await logged((stream) => pino({ level: 'trace' }, stream)[label]('x'))
    expect(record!.level).toBe(level)
  })

  test('errors become exceptions', async () => {
    const [record] = await logged((stream) =>
      pino({}, stream).error(new TypeError('no', { cause: new Error('why') }), 'failed'),
    )
    expect(record!.message).toBe('failed')
    expect(record!.exception).toMatchObject({
      type: 'TypeError',
      message: expect.stringMatching(/^no/),
    })
    expect(record!.exception!.traceback).toContain('pino.test.ts')
  })

  test('what pino was told to call its fields is understood', async () => {
    const settings = { messageKey: 'message', errorKey: 'error', nestedKey: 'payload' }
    const timestamp = pino.stdTimeFunctions.isoTime
    const formatters = { level: (label: string) => ({ level: label }) }
    const [record] = await logged(
      (stream) => pino({ ...settings, timestamp, formatters }, stream).info({ a: 1 }, 'x'),
      settings,
    )
    expect(record).toMatchObject({ level: 'INFO', message: 'x', context: { a: 1 }, logger: 'pino' })
  })

  test('lines that are none, in pieces, and without an end are kept', async () => {
    const records = await logged((stream) => {
      stream.write('plain text\n{"level":30,"msg":"in ')
      stream.write(Buffer.from('pieces ü"}\n{"level":50,').subarray(0, 8))
      stream.write(Buffer.from('pieces ü"}\n{"level":50,').subarray(8))
      stream.write('"msg":"no end"}')
    })
    expect(records.map(({ level, message }) => [level, message])).toEqual([
      ['INFO', 'plain text'],
      ['INFO', 'in pieces ü'],
      ['ERROR', 'no end'],
    ])
  })

  test('works as pino starts it, in a thread of its own', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weir-sdk-pino-'))
    const logFile = join(folder, 'app.log')
    const transport = pino.transport<PinoTransportOptions>({
      target: join(import.meta.dirname, '../../dist/pino.js'),
      options: { console: false, logFile, service: 'orders' },
    })
    await once(transport, 'ready')
    pino({ name: 'threaded' }, transport).info({ n: 1 }, 'from a thread')
    transport.end()
    await once(transport, 'close')
    const record = JSON.parse(readFileSync(logFile, 'utf8')) as SeenRecord
    rmSync(folder, { recursive: true })
    expect(record).toMatchObject({
      logger: 'threaded',
      message: 'from a thread',
      service: 'orders',
      thread: { id: 0, name: 'main' },
      context: { n: 1 },
    })
  })
})

describe('levels', () => {
  const { registry } = sharedState()
  const WEIR = {}
  const debug = { id: 'x', pattern: 'p*', level: 10, remainingMs: 60_000 }
  let lines: string[]
  let stop: () => void = () => {}
  const make = (options: Parameters<typeof pino>[0] = {}) =>
    pino(
      { base: null, timestamp: false, ...(options as object) },
      {
        write: (line: string) => lines.push((JSON.parse(line) as { msg: string }).msg),
      },
    )
  beforeEach(() => {
    lines = []
  })
  afterEach(() => {
    stop()
    registry.setOverrides(WEIR, [])
    registry.clearConfigured()
  })

  test('follow an override, and go back to what the program set', () => {
    const logger = make({ level: 'warn' })
    stop = followLevels(logger, { name: 'p1' })
    expect(registry.find('p1')).toMatchObject({ configured: 30, threshold: 30 })
    registry.setOverrides(WEIR, [debug])
    logger.debug('during')
    registry.setOverrides(WEIR, [])
    logger.debug('after')
    expect([logger.level, lines]).toEqual(['warn', ['during']])
  })

  test('that the program sets while an override holds count afterwards', () => {
    const logger = make()
    stop = followLevels(logger, { name: 'p2' })
    registry.setOverrides(WEIR, [debug])
    logger.level = 'error'
    expect(logger.level).toBe('debug')
    registry.setOverrides(WEIR, [])
    expect(logger.level).toBe('error')
    expect(registry.find('p2')!.own).toBe(40)
  })

  test('of children: those made later, before and during an override, by name', () => {
    const logger = make()
    stop = followLevels(logger, { name: 'p3' })
    const before = logger.child({ module: 'sink' })
    const plain = logger.child({ request: 1 })
    registry.setOverrides(WEIR, [{ ...debug, pattern: 'p3*' }])
    const during = before.child({ request: 2 })
    for (const [name, child] of Object.entries({ before, plain, during })) child.debug(name)
    expect(lines).toEqual(['before', 'plain', 'during'])
    expect(registry.applied(WEIR)).toEqual([{ id: 'x', loggers: 2, records: 3 }]) // p3, p3.sink
    registry.setOverrides(WEIR, [{ ...debug, pattern: 'p3.sink' }])
    for (const child of [before, plain, during]) child.debug('sink only')
    expect(lines.slice(3)).toEqual(['sink only', 'sink only'])
    registry.setOverrides(WEIR, [])
    expect([before.level, plain.level, during.level]).toEqual(['info', 'info', 'info'])
  })

  test('after so many records an override is over', () => {
    const logger = make()
    stop = followLevels(logger, { name: 'p4' })
    registry.setOverrides(WEIR, [{ ...debug, recordsMax: 2 }])
    for (let n = 0; n < 5; n++) logger.debug(`d${n}`)
    logger.info('i')
    expect(lines).toEqual(['d0', 'd1', 'i'])
  })

  test('quieter, off, and by the endpoint of the actuator', () => {
    const logger = make()
    stop = followLevels(logger, { name: 'p5' })
    registry.configure('p5', 40)
    expect(logger.level).toBe('error')
    registry.setOverrides(WEIR, [{ ...debug, level: 100 }])
    expect(logger.level).toBe('silent')
    stop()
    expect(logger.level).toBe('info')
  })
})
