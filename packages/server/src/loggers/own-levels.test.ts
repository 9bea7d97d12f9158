import { Writable } from 'node:stream'
import { systemClock } from '@weir/model'
import { pino } from 'pino'
import { afterEach, expect, test, vi } from 'vitest'
import { followMainThread } from '../telemetry/gate-channel.ts'
import { LogGates } from '../telemetry/log-gates.ts'
import { Log } from '../telemetry/log.ts'
import type { DrivenReport } from './desk.ts'
import { OwnLevels } from './own-levels.ts'
import type { HeldOverride } from './protocol.ts'

const closing: Disposable[] = []
afterEach(() => {
  for (const one of closing.splice(0)) one[Symbol.dispose]()
})

/** A log whose lines are kept, under gates. */
function logUnder(gates: LogGates): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = []
  const out = new Writable({
    write: (line, _encoding, done) => {
      lines.push((JSON.parse(String(line)) as { msg: string }).msg)
      done()
    },
  })
  const logger = pino({ level: 'trace', base: null }, out)
  return { log: new Log(logger, systemClock, { gates, gate: gates.of('root') }), lines }
}

/** The main thread, and what it has reported last. */
function mainThread(gates: LogGates): { readonly own: OwnLevels; last: () => DrivenReport } {
  let last: DrivenReport = { error: '' }
  const own = new OwnLevels(gates, systemClock, (report) => {
    last = report
  })
  closing.push(own)
  return { own, last: () => last }
}

const DEBUG: HeldOverride = { id: 'k1', logger: 's*', level: 'debug', remainingMs: 60_000 }

const levelsOf = ({ loggers }: DrivenReport): string =>
  [...(loggers ?? [])].map(([name, { effective }]) => `${name}=${effective}`).join(' ')

async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !isSo(); turn++) await systemClock.sleep(10)
  expect(isSo()).toBe(true)
}

test('a part has a level of its own, and goes back to what is configured', () => {
  const gates = new LogGates('info')
  const { log, lines } = logUnder(gates)
  const scrape = log.child({ part: 'scrape' })
  const http = log.child({ part: 'http' })
  gates.apply([DEBUG])
  scrape.debug({}, 'seen')
  scrape.child({ more: 1 }).debug({}, 'seen below') // fields alone make no part
  http.debug({}, 'not seen')
  log.child({ part: 'store' }).debug({}, 'seen in a part that comes later')
  gates.apply([])
  scrape.debug({}, 'over')
  scrape.info({}, 'as configured')
  expect(lines).toEqual(['seen', 'seen below', 'seen in a part that comes later', 'as configured'])
})

test.each([
  ['error', 'error'],
  ['critical', ''],
  ['off', ''],
  ['warning', 'warn error'],
  ['trace', 'debug info warn error'],
] as const)('at %s these lines are written: %s', (level, want) => {
  const gates = new LogGates('info')
  const { log, lines } = logUnder(gates)
  gates.apply([{ ...DEBUG, logger: '*', level }])
  for (const word of ['debug', 'info', 'warn', 'error'] as const) log[word]({}, word)
  expect(lines.join(' ')).toBe(want)
})

test('of several overrides the most verbose counts, and what it lets through is counted', () => {
  const gates = new LogGates('warn')
  const { log } = logUnder(gates)
  gates.apply([
    { ...DEBUG, id: 'quiet', logger: '*', level: 'error' },
    { ...DEBUG, logger: '*' },
  ])
  log.debug({}, 'one')
  log.info({}, 'two')
  log.warn({}, 'is there anyway')
  expect(gates.report()).toEqual({ parts: [['root', 1]], records: { k1: 2 } })
  gates.apply([])
  expect(gates.report()).toEqual({ parts: [['root', 3]], records: {} })
})

test('what is no level keeps the log quiet', () => {
  const { log, lines } = logUnder(new LogGates('silent'))
  log.error({}, 'nobody listens')
  expect(lines).toEqual([])
})

test('other threads follow, also those that come later, and what they let through is added up', async () => {
  const main = new LogGates('info')
  const { own, last } = mainThread(main)
  main.of('statsd')
  own.apply([DEBUG])
  // On this thread, but by the same way as from another one.
  const other = new LogGates('info')
  const { log, lines } = logUnder(other)
  const store = log.child({ part: 'store' })
  closing.push(followMainThread(other))
  await until(() => levelsOf(last()) === 'statsd=debug root=info store=debug')
  expect(last().applied?.get('k1')).toEqual({ loggers: 2, records: 0 })
  store.debug({}, 'one')
  store.debug({}, 'two')
  await until(() => last().applied?.get('k1')?.records === 2)
  own.apply([])
  await until(() => levelsOf(last()) === 'statsd=info root=info store=info')
  store.debug({}, 'over')
  expect(lines).toEqual(['one', 'two'])
})

test('what has let through as many records as it may is over', async () => {
  const gates = new LogGates('info')
  const { own, last } = mainThread(gates)
  const { log, lines } = logUnder(gates)
  own.apply([{ ...DEBUG, logger: '*', recordsMax: 2 }])
  for (const word of ['one', 'two']) log.debug({}, word)
  await until(() => levelsOf(last()) === 'root=info')
  log.debug({}, 'three')
  expect(lines).toEqual(['one', 'two'])
  expect(last().applied?.get('k1')).toEqual({ loggers: 1, records: 2 })
})

test('another level of the configuration counts in all threads, beside what is set for a while', async () => {
  const gates = new LogGates('info')
  const { own, last } = mainThread(gates)
  const there = new LogGates('info')
  closing.push(followMainThread(there))
  const { log, lines } = logUnder(there)
  const scrape = log.child({ part: 'scrape' })
  own.apply([DEBUG])
  own.configure('error')
  expect(levelsOf(last())).toBe('')
  await until(() => !there.of('http').admits('warn'))
  expect(there.configured).toBe('error')
  log.warn({}, 'not seen any more')
  scrape.debug({}, 'seen for a while')
  own.apply([])
  await until(() => !scrapeAdmits(there))
  own.configure('debug')
  await until(() => there.of('http').admits('debug'))
  log.debug({}, 'seen')
  expect(lines).toEqual(['seen for a while', 'seen'])
  // Who comes later has what holds now.
  const late = new LogGates('info')
  closing.push(followMainThread(late))
  await until(() => late.configured === 'debug')
})

test('a change that was gathered when the way is closed is told to nobody', () => {
  vi.useFakeTimers()
  try {
    const gates = new LogGates('info')
    const way = followMainThread(gates)
    gates.onChange()
    way[Symbol.dispose]()
    expect(() => vi.runAllTimers()).not.toThrow()
  } finally {
    vi.useRealTimers()
  }
})

function scrapeAdmits(gates: LogGates): boolean {
  return gates.of('scrape').admits('debug')
}
