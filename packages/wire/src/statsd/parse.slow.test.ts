import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventColumns, PLAIN_MEANING } from './event-columns.ts'
import { parseStatsd } from './parse.ts'
import { packets } from './testing/packets.ts'
import { inTwinsWords, twinOf } from './testing/parse-twin.ts'

const RUNS = 400_000

test('the parser and its slow twin read every packet alike, for long', { timeout: 900_000 }, () => {
  const options = { ...PLAIN_MEANING, dogstatsdTags: true, maxLineBytes: 200 }
  const events = new EventColumns()
  fc.assert(
    fc.property(packets, (bytes) => {
      events.clear()
      parseStatsd(bytes, 0, bytes.length, options, events)
      expect(inTwinsWords(bytes, events)).toEqual(twinOf(bytes, options))
    }),
    { numRuns: RUNS },
  )
})
