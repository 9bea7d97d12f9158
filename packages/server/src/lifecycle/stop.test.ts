import { type Clock, systemClock } from '@weir/model'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { Log } from '../telemetry/log.ts'
import { Closers } from './closers.ts'
import { stopInTime } from './stop.ts'

/** A clock on which any sleep is over at once, and a log that is kept. */
function stand(sleep: Clock['sleep']) {
  const lines: string[] = []
  const log = new Log(pino({ base: null }, { write: (line: string) => void lines.push(line) }))
  return { lines, with: { timeoutMs: 10_000, clock: { ...systemClock, sleep }, log } }
}

const never = (): Promise<void> => new Promise(() => undefined)

class Slow implements AsyncDisposable {
  [Symbol.asyncDispose] = never
}

test('what does not close in time is named, with all that stands behind it', async () => {
  const closers = new Closers()
  closers.use({ name: 'writer-thread', [Symbol.asyncDispose]: never } as AsyncDisposable)
  closers.use(new Slow())
  closers.defer(() => undefined)
  const { lines, with: options } = stand(async () => undefined)
  expect(await stopInTime(closers, options)).toEqual({ left: ['Slow', 'writer-thread'] })
  expect(lines.join('')).toContain('"left":["Slow","writer-thread"]')
})

test('what closes in time leaves nothing, even when something fails', async () => {
  const closers = new Closers()
  const closed: string[] = []
  closers.defer(() => void closed.push('store'))
  closers.defer(() => Promise.reject(new Error('no')))
  closers.defer(() => void closed.push('http'))
  const { lines, with: options } = stand((ms, signal) => systemClock.sleep(ms, signal))
  expect(await stopInTime(closers, options)).toEqual({ left: [] })
  expect(closed).toEqual(['http', 'store'])
  expect(lines.join('')).toContain('Weir has stopped')
})
