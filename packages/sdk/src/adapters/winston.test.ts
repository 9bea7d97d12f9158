import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import winston from 'winston'
import { sharedState } from '../logging/shared-state.ts'
import { KeptLines, type SeenRecord } from '../testing/lines.ts'
import { WeirTransport, type WinstonTransportOptions } from './winston-transport.ts'
import { followLevels } from './winston-levels.ts'

function make(settings: winston.LoggerOptions = {}, options: WinstonTransportOptions = {}) {
  const kept = new KeptLines()
  const transport = new WeirTransport({ console: false, destinations: [kept], ...options })
  const logger = winston.createLogger({ ...settings, transports: [transport] })
  return {
    logger,
    transport,
    records: async (): Promise<readonly SeenRecord[]> => {
      logger.end()
      await once(transport, 'finish')
      return kept.records
    },
  }
}

describe('the transport', () => {
  test('gives the same record as the loggers of this package', async () => {
    const { logger, records } = make({ defaultMeta: { component: 'sink', label: 'orders' } })
    logger.child({ run: 7 }).warn('late', { kafka_topic: 't', value: 72 })
    const [record] = await records()
    expect(Object.keys(record!)).toEqual(
      'timestamp level logger message thread process context'.split(' '),
    )
    expect(record).toMatchObject({
      level: 'WARNING',
      logger: 'orders',
      message: 'late',
      context: { component: 'sink', run: 7, kafka_topic: 't', value: '[redacted]' },
    })
  })

  test('knows the words of npm, syslog and of their colours', async () => {
    const npm = make({
      level: 'silly',
      format: winston.format.combine(winston.format.timestamp(), winston.format.colorize()),
    })
    for (const level of Object.keys(winston.config.npm.levels)) npm.logger.log(level, level)
    const seen = (await npm.records()).map(({ level }) => level)
    expect(seen).toEqual('ERROR WARNING INFO INFO DEBUG DEBUG TRACE'.split(' '))
    const syslog = make({ levels: winston.config.syslog.levels, level: 'debug' })
    for (const level of Object.keys(winston.config.syslog.levels)) syslog.logger.log(level, level)
    expect((await syslog.records()).map(({ level }) => level)).toEqual(
      'CRITICAL CRITICAL CRITICAL ERROR WARNING INFO INFO DEBUG'.split(' '),
    )
  })

  test('has a level of its own where it is told', async () => {
    const { logger, records } = make({ level: 'debug' }, { level: 'error' })
    logger.info('not here')
    logger.error('here')
    expect((await records()).map(({ message }) => message)).toEqual(['here'])
  })

  test('errors become exceptions, beside a message, as one, and as a field', async () => {
    const { logger, records } = make({ format: winston.format.errors({ stack: true }) })
    const error = new TypeError('no', { cause: new Error('why') })
    logger.error('failed', error)
    logger.error(error)
    logger.error('failed', { error, table: 't' })
    const seen = await records()
    for (const { exception } of seen) {
      expect(exception).toMatchObject({
        message: 'no',
        stacktrace: expect.stringContaining('TypeError'),
      })
    }
    expect(seen[0]!.exception).toMatchObject({ type: 'TypeError', cause: { message: 'why' } })
    expect(seen[2]!.context).toEqual({ table: 't' })
  })

  test('takes the time that a format gives', async () => {
    const timestamp = '2025-11-16T10:00:00.123Z'
    const { logger, records } = make({
      format: winston.format.timestamp({ format: () => timestamp }),
    })
    logger.info('x')
    expect((await records())[0]!.timestamp).toBe(timestamp)
  })
})

describe('levels', () => {
  const { registry } = sharedState()
  const WEIR = {}
  const debug = { id: 'x', pattern: 'w*', level: 10, remainingMs: 60_000 }
  let stop: () => void = () => {}
  afterEach(() => {
    stop()
    registry.setOverrides(WEIR, [])
    registry.clearConfigured()
  })

  test('follow an override, with children and transports, and go back', async () => {
    const { logger, transport, records } = make({ level: 'warn' }, { level: 'error' })
    stop = followLevels(logger, { name: 'w1' })
    expect(registry.find('w1')!.configured).toBe(30)
    registry.setOverrides(WEIR, [debug])
    logger.debug('during')
    logger.child({ a: 1 }).debug('of a child')
    registry.setOverrides(WEIR, [])
    logger.debug('after')
    logger.warn('the transport shows errors only')
    expect([logger.level, transport.level]).toEqual(['warn', 'error'])
    expect((await records()).map(({ message }) => message)).toEqual(['during', 'of a child'])
  })

  test('after so many records an override is over; what the program set meanwhile stays', async () => {
    const { logger, records } = make()
    stop = followLevels(logger, { name: 'w2' })
    registry.setOverrides(WEIR, [{ ...debug, recordsMax: 2 }])
    for (let n = 0; n < 5; n++) logger.debug(`d${n}`)
    logger.info('i')
    registry.setOverrides(WEIR, [{ ...debug, id: 'y', level: 100 }])
    logger.error('silent')
    registry.setOverrides(WEIR, [{ ...debug, id: 'z' }])
    logger.level = 'error'
    registry.setOverrides(WEIR, [])
    expect(logger.level).toBe('error')
    expect((await records()).map(({ message }) => message)).toEqual(['d0', 'd1', 'i'])
  })
})
