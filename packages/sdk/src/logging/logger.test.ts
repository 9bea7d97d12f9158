import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { keptLogging, type SeenRecord } from '../testing/lines.ts'
import { currentLogContext, withLogContext } from './log-context.ts'
import { getLogger } from './logger.ts'
import { Registry } from '../metrics/registry.ts'
import { pipeline } from '../pipeline/pipeline.ts'

const NOW = Date.UTC(2025, 10, 16, 10, 0, 0, 123)

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** What is logged inside, as records. */
async function logged(
  run: () => void,
  options: Parameters<typeof keptLogging>[0] = {},
): Promise<readonly SeenRecord[]> {
  const logging = keptLogging(options)
  run()
  await logging.close()
  return logging.kept.records
}

test('a record has the fields of the checklist, in their order, and no other', async () => {
  const logger = getLogger('flink_consumer.services.kafka_source', {
    context: { component: 'kafka_source', job_id: 'health-consumer-001' },
  })
  const [record] = await logged(
    () => logger.info('Record consumed', { kafka_topic: 'health-data-raw', kafka_offset: 12345 }),
    { processName: 'consumer', threadName: 'main' },
  )
  expect(Object.entries(record!)).toEqual([
    ['timestamp', '2025-11-16T10:00:00.123Z'],
    ['level', 'INFO'],
    ['logger', 'flink_consumer.services.kafka_source'],
    ['message', 'Record consumed'],
    ['thread', { id: expect.any(Number), name: 'main' }],
    ['process', { id: process.pid, name: 'consumer' }],
    [
      'context',
      {
        component: 'kafka_source',
        job_id: 'health-consumer-001',
        kafka_topic: 'health-data-raw',
        kafka_offset: 12345,
      },
    ],
  ])
})

test('a record says where it was written when asked to', async () => {
  const [record] = await logged(
    function consume() {
      getLogger('a').info('here')
    },
    { source: true },
  )
  expect(record!['source']).toEqual({
    file: expect.stringMatching(/logger\.test\.ts$/),
    line: expect.any(Number),
    function: 'consume',
  })
})

test('times within one second differ by their milliseconds', async () => {
  const records = await logged(() => {
    for (const ms of [0, 7, 42, 999, 1000, -1]) {
      vi.setSystemTime(Date.UTC(2026, 0, 1) + ms)
      getLogger('a').info('x')
    }
  })
  expect(records.map(({ timestamp }) => timestamp)).toEqual([
    '2026-01-01T00:00:00.000Z',
    '2026-01-01T00:00:00.007Z',
    '2026-01-01T00:00:00.042Z',
    '2026-01-01T00:00:00.999Z',
    '2026-01-01T00:00:01.000Z',
    '2025-12-31T23:59:59.999Z',
  ])
})

describe('levels', () => {
  test.each([
    ['TRACE', 'TRACE DEBUG INFO WARNING WARNING ERROR CRITICAL'],
    ['debug', 'DEBUG INFO WARNING WARNING ERROR CRITICAL'],
    ['INFO', 'INFO WARNING WARNING ERROR CRITICAL'],
    ['warn', 'WARNING WARNING ERROR CRITICAL'],
    ['ERROR', 'ERROR CRITICAL'],
    ['fatal', 'CRITICAL'],
    ['OFF', ''],
  ])('at %s are written: %s', async (level, want) => {
    const records = await logged(
      () => {
        const logger = getLogger('a')
        logger.trace('x')
        logger.debug('x')
        logger.info('x')
        logger.warn('x')
        logger.warning('x')
        logger.error('x')
        logger.critical('x')
      },
      { level },
    )
    expect(records.map((record) => record.level).join(' ')).toBe(want)
  })

  test('of a name come from the nearest name above that has one', async () => {
    const records = await logged(
      () => {
        for (const name of ['orders', 'orders.sink', 'orders/sink', 'orders.sink.files', 'other']) {
          getLogger(name).debug('x')
        }
      },
      { levels: { orders: 'ERROR', 'orders.sink': 'DEBUG' } },
    )
    expect(records.map(({ logger }) => logger)).toEqual(['orders.sink', 'orders.sink.files'])
  })

  test('follow a second set-up, for loggers that exist already', async () => {
    const logger = getLogger('levels.again')
    expect(await logged(() => logger.debug('x'))).toEqual([])
    expect(await logged(() => logger.debug('x'), { level: 'DEBUG' })).toHaveLength(1)
    expect(await logged(() => logger.debug('x'))).toEqual([])
  })

  test('given as words at run time', async () => {
    const records = await logged(() => {
      getLogger('a').log('error', 'x')
      getLogger('a').log('no such level', 'y')
      getLogger('a').log('OFF', 'never')
    })
    expect(records.map(({ level }) => level)).toEqual(['ERROR', 'INFO'])
  })
})

describe('context', () => {
  test('of the call wins over that of the running code, which wins over the logger', async () => {
    const logger = getLogger('a', { context: { from: 'logger', logger: 1 } })
    const [record] = await logged(() =>
      withLogContext({ from: 'code', code: 2 }, () => logger.info('x', { from: 'call', call: 3 })),
    )
    expect(record!.context).toEqual({ from: 'call', logger: 1, code: 2, call: 3 })
  })

  test('travels across awaits and timers, and stays with its own branch', async () => {
    const logging = keptLogging()
    const work = async (id: number): Promise<void> => {
      await withLogContext({ id }, async () => {
        await Promise.resolve()
        await withLogContext(
          { step: 'inner' },
          () => new Promise<void>((done) => setTimeout(done, 1)),
        )
        getLogger('a').info('done')
      })
    }
    await Promise.all([work(1), work(2)])
    await logging.close()
    expect(logging.kept.records.map(({ context }) => context)).toEqual([{ id: 1 }, { id: 2 }])
    expect(currentLogContext()).toBeUndefined()
  })

  test('of a child adds to that of its parent, and is its own copy', async () => {
    const given = { batch: 1 }
    const child = getLogger('a', { context: { component: 'sink' } }).child(given)
    const records = await logged(() => {
      child.info('x')
      given.batch = 2
      child.info('y')
    })
    expect(records.map(({ context }) => context)).toEqual([
      { component: 'sink', batch: 1 },
      { component: 'sink', batch: 1 },
    ])
  })

  test('cannot pose as a field of the record', async () => {
    const evil = { level: 'CRITICAL', timestamp: 'never', message: 'forged', 'x":1,"level': 'y' }
    const [record] = await logged(() => getLogger('a').info('true', evil))
    expect(record).toMatchObject({ level: 'INFO', message: 'true', context: evil })
  })

  test('that is required and missing is said once of each logger', async () => {
    const records = await logged(
      () => {
        const logger = getLogger('required', { context: { component: 'sink' } })
        logger.info('x')
        logger.info('y')
        logger.info('z', { job_id: 'j' })
        withLogContext({ job_id: 'j', component: 'c' }, () => getLogger('has.all').info('all'))
      },
      { requiredContext: ['component', 'job_id'] },
    )
    expect(records.map(({ message }) => message)).toEqual(['Context missing', 'x', 'y', 'z', 'all'])
    expect(records[0]).toMatchObject({
      level: 'WARNING',
      context: { missing_context: 'job_id', logger_name: 'required' },
    })
  })

  test('without anything in it is left out', async () => {
    const records = await logged(() => {
      getLogger('a').info('x', {})
      getLogger('a').info('x', { gone: undefined })
    })
    expect(records.map((record) => 'context' in record)).toEqual([false, false])
  })
})

describe('errors', () => {
  test('have type, message, stack trace under both names, and their causes', async () => {
    class TimeoutError extends Error {}
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    const error = new TimeoutError('no answer', { cause })
    const [record] = await logged(() => getLogger('a').error('Write failed', error, { table: 't' }))
    const { exception, context } = record!
    expect(context).toEqual({ table: 't' })
    expect(exception).toMatchObject({
      type: 'TimeoutError',
      message: 'no answer',
      cause: { type: 'Error', message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' },
    })
    expect(exception!.stacktrace).toContain('logger.test.ts')
    expect(exception!.traceback).toBe(exception!.stacktrace)
  })

  test('may stand in place of the message', async () => {
    const [record] = await logged(() => getLogger('a').error(new RangeError('too far')))
    expect(record).toMatchObject({ message: 'too far', exception: { type: 'RangeError' } })
  })

  test('that cause themselves, and groups of them, come to an end', async () => {
    const loop = new Error('loop')
    loop.cause = loop
    const group = new AggregateError([new Error('one'), loop], 'all failed')
    const records = await logged(() => {
      getLogger('a').error('x', loop)
      getLogger('a').error('x', group)
    })
    expect(records[0]!.exception).not.toHaveProperty('cause')
    expect(records[1]!.exception).toMatchObject({
      type: 'AggregateError',
      errors: [{ message: 'one' }, { message: 'loop' }],
    })
  })
})

describe('nothing is thrown into the pipeline', () => {
  const thrower = new Proxy(
    {},
    {
      ownKeys() {
        throw new Error('no keys here')
      },
      getPrototypeOf() {
        throw new Error('no prototype here')
      },
    },
  )
  const badError = new Error('x')
  Object.defineProperty(badError, 'message', {
    get() {
      throw new Error('no message')
    },
  })

  test.each([
    ['a proxy that throws', thrower],
    ['an error whose message throws', badError],
    ['a circular object', Object.assign(Object.create(null) as object, { self: [] as unknown[] })],
    [
      'a getter that throws',
      {
        get a(): never {
          throw new Error('not now')
        },
      },
    ],
    [
      'a toJSON that throws',
      {
        toJSON() {
          throw new Error('not JSON')
        },
      },
    ],
    ['ten million characters', { text: 'x'.repeat(10_000_000) }],
    [
      'a thousand fields',
      Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`k${i}`, 'v'.repeat(100)])),
    ],
  ])('%s', async (_, extra) => {
    if ('self' in extra) (extra as { self: unknown[] }).self.push(extra)
    const records = await logged(() => {
      getLogger('a').error('still here', extra)
      getLogger('a').error('still here', { inside: extra })
    })
    expect(records.map(({ message }) => message)).toEqual(['still here', 'still here'])
    expect(Math.max(...records.map((record) => JSON.stringify(record).length))).toBeLessThan(
      200_000,
    )
  })

  test('a destination that throws, and the others still get the line', async () => {
    const bad = {
      write() {
        throw new Error('broken')
      },
      flush: async () => {},
      flushSync() {},
      close: async () => {},
      stats: () => ({ name: 'bad', written: 0, dropped: 0, failures: 0 }),
    }
    const { kept: good } = keptLogging()
    const logging = keptLogging({ destinations: [bad, good] })
    getLogger('a').info('x')
    expect(good.records).toHaveLength(1)
    expect(logging.stats().failures).toBe(1)
    await logging.close()
  })

  test('messages that are no text', async () => {
    const messages = [
      undefined,
      null,
      5,
      Symbol('s'),
      { message: 'in an object' },
      10n,
    ] as unknown[]
    const records = await logged(() => {
      for (const message of messages) getLogger('a').info(message as string)
    })
    expect(records.map(({ message }) => message)).toEqual([
      'undefined',
      'null',
      '5',
      'Symbol(s)',
      'in an object',
      '10',
    ])
  })
})

test("a stage's logger says where it writes from, in the words of the stage's metrics", async () => {
  const sink = pipeline('orders', { meter: new Registry() }).stage('sink')
  const logger = getLogger(sink, { context: { component: 'iceberg', stage: 'not this' } })
  const records = await logged(() => {
    logger.info('Written', { rows: 3 })
    logger.child({ batch: 7 }).info('Committed')
  })
  const place = { component: 'iceberg', system: 'custom', pipeline: 'orders', stage: 'sink' }
  expect(records.map(({ logger: name, context }) => [name, context])).toEqual([
    ['orders.sink', { ...place, rows: 3 }],
    ['orders.sink', { ...place, batch: 7 }],
  ])
})
