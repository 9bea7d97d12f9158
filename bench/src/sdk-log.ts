/**
 * What a line of log costs in the pipeline that writes it: @weir/sdk beside pino, the same record, in one
 * process, in turns. CPU of the process per line, the best of several rounds (the shared machine only ever
 * adds).
 *
 *   node bench/dist/sdk-log.js
 */
import { openSync, writeSync } from 'node:fs'
import { Writable } from 'node:stream'
import { threadId } from 'node:worker_threads'
import { getLogger, setupLogging } from '@weir/sdk'
import { pino } from 'pino'

const LINES = 200_000
const ROUNDS = 7
const NOTHING = { mask: [], hash: [] }

/** Takes lines and forgets them; how many characters came shows that both wrote. */
const sink = { chars: 0, last: '' }
function take(line: string): void {
  sink.chars += line.length
  sink.last = line
}

interface Side {
  readonly name: string
  readonly prepare: () => (index: number) => void
}

const contextOf = (index: number): Record<string, unknown> => ({
  kafka_topic: 'health-data-raw',
  kafka_partition: index & 15,
  kafka_offset: index,
  data_type: 'heart_rate',
  duration_ms: 12.5,
})
const measuredOf = (index: number): Record<string, unknown> => ({
  kafka_topic: 'health-data-raw',
  kafka_partition: index & 15,
  kafka_offset: index,
  data_type: 'heart_rate',
  value: 72.5,
})
const base = { component: 'kafka_source', job_id: 'health-consumer-001' }

const SIDES: readonly Side[] = [
  {
    name: 'weir, context on the call',
    prepare: () => {
      weir(NOTHING)
      const logger = getLogger('flink_consumer.services.kafka_source')
      return (index) => logger.info('Record consumed', contextOf(index))
    },
  },
  {
    name: 'pino, context on the call',
    prepare: () => {
      const logger = pinoLike()
      return (index) => logger.info(contextOf(index), 'Record consumed')
    },
  },
  {
    name: 'pino, its own record: time as a number, flat fields',
    prepare: () => {
      const logger = pino({}, { write: take })
      return (index) => logger.info(contextOf(index), 'Record consumed')
    },
  },
  {
    name: 'weir, logger with context, and more on the call',
    prepare: () => {
      weir(NOTHING)
      const logger = getLogger('flink_consumer.services.kafka_source', { context: base })
      return (index) => logger.info('Record consumed', contextOf(index))
    },
  },
  {
    name: 'pino, child with context, and more on the call',
    prepare: () => {
      const logger = pinoLike().child({ context: base })
      return (index) => logger.info(contextOf(index), 'Record consumed')
    },
  },
  {
    name: 'weir, default redaction',
    prepare: () => {
      weir(undefined)
      const logger = getLogger('flink_consumer.services.kafka_source')
      return (index) => logger.info('Record consumed', measuredOf(index))
    },
  },
  {
    name: 'pino, one path redacted',
    prepare: () => {
      const logger = pinoLike({ redact: ['value'] })
      return (index) => logger.info(measuredOf(index), 'Record consumed')
    },
  },
  {
    name: 'weir, message only',
    prepare: () => {
      weir(NOTHING)
      const logger = getLogger('flink_consumer.services.kafka_source')
      return () => logger.info('Record consumed')
    },
  },
  {
    name: 'pino, message only',
    prepare: () => {
      const logger = pinoLike()
      return () => logger.info('Record consumed')
    },
  },
  {
    name: 'weir, level off',
    prepare: () => {
      weir(NOTHING)
      const logger = getLogger('flink_consumer.services.kafka_source')
      return () => logger.debug('Record consumed')
    },
  },
  {
    name: 'pino, level off',
    prepare: () => {
      const logger = pinoLike()
      return () => logger.debug('Record consumed')
    },
  },
  {
    name: 'weir, to /dev/null',
    prepare: () => {
      const file = openDevNull()
      setupLogging({ console: file, announce: false, redact: NOTHING })
      const logger = getLogger('flink_consumer.services.kafka_source')
      return (index) => logger.info('Record consumed', contextOf(index))
    },
  },
  {
    name: 'pino, to /dev/null, its buffered destination',
    prepare: () => {
      const logger = pinoLike(
        {},
        pino.destination({ dest: '/dev/null', sync: false, minLength: 4_096 }),
      )
      return (index) => logger.info(contextOf(index), 'Record consumed')
    },
  },
]

function weir(
  redact: { readonly mask: readonly string[]; readonly hash: readonly string[] } | undefined,
) {
  const destination = {
    write: take,
    flush: async () => {},
    flushSync() {},
    close: async () => {},
    stats: () => ({ name: 'nowhere', written: 0, dropped: 0, failures: 0 }),
  }
  setupLogging({
    console: false,
    destinations: [destination],
    announce: false,
    ...(redact === undefined ? {} : { redact }),
  })
}

/** pino told to write the record of the checklist. */
function pinoLike(
  more: object = {},
  destination: { write(line: string): unknown } = { write: take },
) {
  const words: Readonly<Record<string, string>> = { info: 'INFO', warn: 'WARNING', error: 'ERROR' }
  return pino(
    {
      messageKey: 'message',
      nestedKey: 'context',
      base: {
        logger: 'flink_consumer.services.kafka_source',
        thread: { id: threadId, name: 'main' },
        process: { id: process.pid, name: process.title },
      },
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: words[label] ?? label }) },
      ...more,
    },
    destination,
  )
}

function openDevNull(): Writable {
  const fd = openSync('/dev/null', 'w')
  return new Writable({
    decodeStrings: false,
    // As standard output is when it is a file: at once.
    write(text: string, _encoding, done) {
      writeSync(fd, text)
      done()
    },
  })
}

function round({ prepare }: Side): number {
  const log = prepare()
  for (let index = 0; index < 20_000; index++) log(index)
  const before = process.cpuUsage()
  for (let index = 0; index < LINES; index++) log(index)
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1000) / LINES
}

const best = new Map<string, number>()
const example = new Map<string, string>()
for (let number = 0; number < ROUNDS; number++) {
  for (const side of SIDES) {
    sink.last = ''
    const ns = round(side)
    best.set(side.name, Math.min(ns, best.get(side.name) ?? Number.POSITIVE_INFINITY))
    example.set(side.name, sink.last)
    await new Promise(setImmediate)
  }
}
for (const [name, ns] of best) {
  console.log(`${String(Math.round(ns)).padStart(6)} ns  ${name}`)
  if (process.argv.includes('--lines'))
    console.log(`           ${example.get(name)?.trimEnd() ?? ''}`)
}
