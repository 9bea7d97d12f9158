import { expect, test } from 'vitest'
import { repeatText } from './repeat-text.ts'

test.each([
  ['', 'once'],
  ['FREQ=DAILY', 'every day'],
  ['FREQ=DAILY;INTERVAL=2', 'every 2 days'],
  ['FREQ=WEEKLY;BYDAY=MO,WE', 'every week on Mon, Wed'],
  ['FREQ=MONTHLY;BYDAY=1SA', 'every month on the first Sat'],
  ['FREQ=MONTHLY;BYDAY=-1FR', 'every month on the last Fri'],
  ['FREQ=MONTHLY;BYDAY=-2FR', 'FREQ=MONTHLY;BYDAY=-2FR'],
  ['FREQ=MONTHLY;BYMONTHDAY=15', 'FREQ=MONTHLY;BYMONTHDAY=15'],
  ['FREQ=DAILY;COUNT=3', 'FREQ=DAILY;COUNT=3'],
])('%j is %j', (rrule, text) => expect(repeatText(rrule)).toBe(text))
