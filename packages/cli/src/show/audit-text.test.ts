import type { AuditEntry } from '@weir/packs'
import { expect, test } from 'vitest'
import { auditLines, chainLine } from './audit-text.ts'

const ENTRY: AuditEntry = {
  id: '000000000000007',
  atMs: Date.parse('2026-01-02T03:04:05Z'),
  who: { kind: 'token', name: 'ci', address: '192.0.2.7' },
  action: 'silence.set',
  target: 'a1',
  result: 'done',
  code: '',
  details: { until: '2026-01-02T05:00:00Z' },
  hash: '',
}

test('an entry is a line; what came from elsewhere moves no cursor', () => {
  const odd: AuditEntry = {
    ...ENTRY,
    who: { kind: 'anyone', name: '', address: '' },
    result: 'refused',
    code: 'ACCESS_DENIED',
    target: '\u001b[2J\u202e',
    details: {},
    uncounted: 3,
  }
  expect(auditLines([ENTRY, odd])).toEqual([
    'When                      Who                      Action       Result         What',
    '2026-01-02T03:04:05.000Z  ci (token) at 192.0.2.7  silence.set  done           a1 until="2026-01-02T05:00:00Z"',
    '2026-01-02T03:04:05.000Z  anyone                   silence.set  ACCESS_DENIED  \\u{1b}[2J\\u{202e} (3 more refused before it)',
  ])
  expect(auditLines([])).toEqual([])
})

test('a chain is spoken of when it is broken', () => {
  expect(chainLine({ chain: { state: 'whole' } })).toBe('')
  expect(chainLine({ chain: { state: 'broken', brokenAt: '000000000000007' } })).toContain(
    'entry 000000000000007 is not as it was written',
  )
})
