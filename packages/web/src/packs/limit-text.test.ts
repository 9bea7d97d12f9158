import type { PackAlertView } from '@weir/packs'
import { expect, test } from 'vitest'
import { limitText, shippedText, specialLimits } from './limit-text.ts'

const threshold = { op: '>', value: 1200, unit: 's', by: 'kind', values: { BRAZE: 60 } } as const
const ALERT: PackAlertView = {
  name: 'Slow',
  expr: '',
  severity: 'critical',
  forText: '2m',
  stage: '',
  summary: '',
  description: '',
  runbook: '',
  threshold,
  shipped: null,
  isDisabled: false,
}

test('limits read as people say them', () => {
  expect(limitText(threshold)).toBe('> 1,200 s')
  expect(limitText({ ...threshold, unit: '' })).toBe('> 1,200')
  expect(specialLimits(threshold)).toEqual(['BRAZE > 60 s'])
})

test('only what differs from the pack is told', () => {
  expect(shippedText(ALERT)).toEqual([])
  const same = { forText: '2m', severity: 'critical', threshold }
  expect(shippedText({ ...ALERT, shipped: same })).toEqual([])
  const other = {
    forText: '0s',
    severity: 'warning',
    threshold: { ...threshold, value: 600, values: { BRAZE: 30 } },
  }
  expect(shippedText({ ...ALERT, shipped: other })).toEqual([
    '> 600 s',
    'BRAZE > 30 s',
    'at once',
    'warning',
  ])
})
