import type { PackMetricView } from '@weir/packs'
import { expect, test } from 'vitest'
import { groupedMetrics } from './metric-groups.ts'

const metric = (
  name: string,
  group: string,
  more: Partial<PackMetricView> = {},
): PackMetricView => ({
  name,
  group,
  type: 'gauge',
  unit: '',
  labels: [],
  help: '',
  normal: '',
  seriesCount: 0,
  ...more,
})

const ALL = [
  metric('a_size', 'Store', { help: 'Bytes on disk.' }),
  metric('b_lines', 'Intake', { aliases: ['old_lines'] }),
  metric('c_size', 'Store'),
]

const found = (query: string): string[] =>
  groupedMetrics(ALL, query).map(({ title, metrics }) =>
    [title, ...metrics.map(({ name }) => name)].join(' '),
  )

test.each([
  ['', ['Store a_size c_size', 'Intake b_lines']],
  ['size', ['Store a_size c_size']],
  ['BYTES size', ['Store a_size']],
  ['old', ['Intake b_lines']],
  ['intake', ['Intake b_lines']],
  ['none such', []],
])('%j finds %j', (query, want) => expect(found(query)).toEqual(want))
