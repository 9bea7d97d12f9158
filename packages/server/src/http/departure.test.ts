import { expect, test } from 'vitest'
import { Departure } from './departure.ts'

const gone = new Error('gone')

test('the signal aborts when the client goes, with its reason', () => {
  const departure = new Departure()
  const signal = departure.orStopping(new AbortController().signal)
  expect(signal.aborted).toBe(false)
  departure.tell(gone)
  expect(signal.reason).toBe(gone)
})

test('who asks after the client has gone is told at once', () => {
  const departure = new Departure()
  departure.tell(gone)
  expect(departure.orStopping(new AbortController().signal).reason).toBe(gone)
})

test('the signal aborts when the server stops; whoever asks gets the same one', () => {
  const departure = new Departure()
  const stopping = new AbortController()
  const signal = departure.orStopping(stopping.signal)
  expect(departure.orStopping(stopping.signal)).toBe(signal)
  stopping.abort(gone)
  expect(signal.reason).toBe(gone)
})
