import type { FiringAlert } from '@weir/packs'
import { expect, test } from 'vitest'
import { alertLines } from './alert-list.ts'

const NOW = 3_600_000
const FREE = { state: 'active', silencedBy: [], inhibitedBy: [], mutedBy: [] } as const
const alert: FiringAlert = {
  fingerprint: 'a1',
  labels: { alertname: 'Down' },
  annotations: { summary: 'it is down' },
  startsAtMs: 60_000,
  endsAtMs: NOW + 1,
  status: FREE,
  marks: null,
}
const ACK = { ack: { by: 'ann', atMs: 0, comment: '' }, assignee: null, snooze: null, notes: [] }

test.each<[Partial<FiringAlert>, string]>([
  [{}, 'firing'],
  [{ endsAtMs: NOW }, 'resolved'],
  [{ marks: ACK }, 'acked by ann'],
  [{ labels: { alertname: 'Down', severity: 'none' } }, 'beats'],
  [{ status: { ...FREE, silencedBy: ['x'] } }, 'silenced'],
  [{ status: { ...FREE, inhibitedBy: ['x'] } }, 'inhibited'],
  [{ status: { ...FREE, mutedBy: ['Patch night'] } }, 'muted by Patch night'],
])('%j is %s', (change, state) => {
  const group = {
    key: '',
    labels: {},
    receiver: 'team',
    nextTurnMs: null,
    lastNotificationMs: null,
  }
  const [head, line] = alertLines([{ ...group, alerts: [{ ...alert, ...change }] }], NOW)
  expect(head).toMatch(/^Fingerprint {2}Alert {2}Since/)
  expect(line).toBe(
    `a1           Down   1970-01-01 00:01 UTC  team  ${state.padEnd(5)}  it is down`,
  )
})
