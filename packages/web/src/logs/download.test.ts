import { expect, test } from 'vitest'
import { ndjsonOf } from './download.ts'
import { linesOf } from './lines/line.ts'

test('a line of a file has all that is known, and the line as it came', () => {
  const told = {
    stream: { service_name: 'orders' },
    values: [
      [
        '1795856400123456789',
        '{"message":"a\u001b[2J"}',
        { structuredMetadata: { detected_level: 'error', trace_id: '4b' } },
      ],
    ],
  } as const
  const [line] = linesOf([told], 'newest')
  expect(JSON.parse(ndjsonOf(line!))).toEqual({
    time: '2026-11-28T09:00:00.123456789Z',
    level: 'error',
    labels: { service_name: 'orders' },
    metadata: { trace_id: '4b' },
    line: '{"message":"a\u001b[2J"}',
  })
})
