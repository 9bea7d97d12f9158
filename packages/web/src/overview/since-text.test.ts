import { expect, test } from 'vitest'
import { shortTime } from '../time/clock-text.ts'
import { reasonText, sinceText } from './since-text.ts'

const NOW = new Date(2026, 10, 28, 14, 30).getTime()
const TWO_PAST_TWO = new Date(2026, 10, 28, 14, 2).getTime()

test.each([
  [TWO_PAST_TWO, 'since 14:02'],
  [NOW - 86_400_000, `since ${shortTime(NOW - 86_400_000)}`],
  [null, ''],
])('%d: %s', (sinceMs, want) => expect(sinceText(sinceMs, NOW)).toBe(want))

test.each([
  ['failing', '3 tasks failed', TWO_PAST_TWO, '3 tasks failed, since 14:02'],
  ['degraded', 'sink 14 min behind', null, 'sink 14 min behind'],
  ['silent', 'nothing for 14 min', TWO_PAST_TWO, 'nothing for 14 min'],
] as const)('%s: %s', (health, reason, sinceMs, want) =>
  expect(reasonText({ health, reason, sinceMs }, NOW)).toBe(want),
)
