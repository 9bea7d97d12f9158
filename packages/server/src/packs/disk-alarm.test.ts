import type { Alert } from '@weir/model'
import { expect, test } from 'vitest'
import { openLog } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { DiskAlarm } from './disk-alarm.ts'

const MIB = 1024 * 1024
const RULE = {
  alert: 'WeirDiskFull',
  expr: 'up',
  labels: { severity: 'critical', system: 'weir', pipeline: '{{ $labels.instance }}' },
  annotations: { summary: 'The disk has {{ $value | humanizePercentage }} left' },
}

function stand(rules: readonly (typeof RULE)[] = [RULE]) {
  const told: Alert[] = []
  let nowMs = 0
  let free = 500 * MIB
  const alarm = new DiskAlarm({
    room: () => ({ free, size: 1000 * MIB }),
    reserveBytes: 64 * MIB,
    groups: () => [{ name: 'weir-weir', rules }],
    relabel: (labels) => labels.with('team', 'data'),
    sink: { receive: async (alerts) => void told.push(...alerts) },
    telemetry: { registry: new Registry(), log: openLog('silent') },
    clock: {
      now: () => nowMs as never,
      monotonicMs: () => nowMs,
      sleep: () => Promise.reject(new Error('not asked')),
    },
  })
  const look = async (atS: number, freeMib: number): Promise<Alert | undefined> => {
    nowMs = atS * 1000
    free = freeMib * MIB
    const before = told.length
    await alarm.look()
    return told[before]
  }
  return { look }
}

test('a disk that is full for half a minute is told as the rule of the pack would', async () => {
  const { look } = stand()
  expect(await look(0, 500)).toBeUndefined()
  expect(await look(15, 20)).toBeUndefined()
  expect(await look(30, 20)).toBeUndefined()
  const told = await look(45, 20)
  expect(told!.labels.toString()).toBe(
    '{alertname="WeirDiskFull", instance="weir", pipeline="weir", severity="critical", system="weir", team="data"}',
  )
  expect(told!.annotations.get('summary')).toBe('The disk has 2.0% left')
  expect([told!.startsAtMs, told!.endsAtMs]).toEqual([15_000, 105_000])
  expect((await look(60, 10))!.startsAtMs).toBe(15_000)
})

test('room again ends it, and a neighbour that cleans up at once is no alarm', async () => {
  const { look } = stand()
  await look(0, 20)
  expect(await look(45, 20)).toBeDefined()
  expect(await look(60, 300)).toBeUndefined() // it ends by itself
  expect(await look(75, 20)).toBeUndefined()
  expect(await look(90, 300)).toBeUndefined()
  expect(await look(105, 20)).toBeUndefined()
})

test('where the pack, or this alert of it, is off, nothing is said', async () => {
  const { look } = stand([])
  await look(0, 20)
  expect(await look(60, 20)).toBeUndefined()
})
