import { expect, test } from 'vitest'
import { templateText } from './template-text.ts'

test.each([
  ['nothing to fill in', 'nothing to fill in'],
  ['DAG {{ $labels.dag_id }} failed', 'DAG ‹dag_id› failed'],
  ['{{$labels.a}} of {{ $labels.b }}', '‹a› of ‹b›'],
  ['late by {{ $value | humanizeDuration }}', 'late by ‹value›'],
  ['{{ printf "%.0f" $value }} time(s)', '‹value› time(s)'],
  ['{{ $value }}', '‹value›'],
  ['{{ query "up" | first | value }}', '{{ query "up" | first | value }}'],
])('%s → %s', (template, want) => expect(templateText(template)).toBe(want))
