import type { FiringGroup } from '@weir/packs'
import { expect, test } from 'vitest'
import { printsOf } from './alert-marks.ts'

const alert = (fingerprint: string, alertname: string): FiringGroup['alerts'][number] => ({
  fingerprint,
  labels: { alertname },
  annotations: {},
  startsAtMs: 0,
  endsAtMs: 1,
  status: { state: 'active', silencedBy: [], inhibitedBy: [], mutedBy: [] },
  marks: null,
})

const GROUPS: readonly FiringGroup[] = ['team', 'pager'].map((receiver) => ({
  key: '{}:{}',
  labels: {},
  receiver,
  alerts: [alert('a1', 'Down'), alert('a2', 'Down'), alert('b1', 'Late')],
  nextTurnMs: null,
  lastNotificationMs: null,
}))

test.each([
  [['Down'], ['a1', 'a2']],
  [
    ['b1', 'Late', 'a1'],
    ['b1', 'a1'],
  ],
])('%j means %j', (wanted, want) => expect(printsOf(wanted, GROUPS)).toEqual(want))

test('what does not fire is told', () => {
  expect(() => printsOf(['Down', 'Gone'], GROUPS)).toThrow('Cannot find alert "Gone"')
})
