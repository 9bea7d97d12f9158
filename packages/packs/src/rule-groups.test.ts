import { expect, test } from 'vitest'
import type { PackAlert } from './pack.ts'
import { alertCondition } from './rule-groups.ts'

const ALERT: PackAlert = {
  name: 'Slow',
  expr: 'delay',
  forText: '0s',
  severity: 'warning',
  pipeline: '{{ $labels.kind }}',
  stage: 'sink',
  summary: '',
  description: '',
  runbook: '',
}

test('an alert without a limit is its expression', () => {
  expect(alertCondition(ALERT)).toBe('delay')
})

test('a limit is put behind the figure, and what must hold besides behind that', () => {
  const threshold = { op: '>', value: 60, unit: 's', by: 'kind' } as const
  expect(alertCondition({ ...ALERT, threshold })).toBe('(delay) > 60')
  expect(alertCondition({ ...ALERT, threshold: { ...threshold, also: 'and on () up' } })).toBe(
    '(delay) > 60 and on () up',
  )
})

test('values with limits of their own are judged by those alone', () => {
  const threshold = {
    op: '>',
    value: 600,
    unit: 's',
    by: 'kind',
    values: { BRAZE: 60, $x: 5 },
  } as const
  expect(alertCondition({ ...ALERT, threshold })).toBe(
    '(((delay) unless on (kind) (label_replace(vector(1), "kind", "BRAZE", "", "") or label_replace(vector(1), "kind", "$$x", "", ""))) > 600) or ' +
      '(((delay) and on (kind) label_replace(vector(1), "kind", "BRAZE", "", "")) > 60) or ' +
      '(((delay) and on (kind) label_replace(vector(1), "kind", "$$x", "", "")) > 5)',
  )
})
