import type { PushGroupView } from '@weir/packs'
import { expect, test } from 'vitest'
import { type PushState, groupName, wantedGroups } from './group-filter.ts'

const group = (labels: PushGroupView['labels'], lastError = ''): PushGroupView => ({
  labels,
  pushedAtMs: 1,
  failedAtMs: null,
  lastError,
  metrics: 1,
  series: 1,
})

const GROUPS = [
  group({ instance: 'w10', job: 'etl' }),
  group({ instance: 'w9', job: 'etl' }),
  group({ job: 'backup' }),
  group({ zone: 'b', env: 'prod', job: 'backup' }),
  group({ job: 'report' }, 'collected metric "m" is not a GAUGE'),
]

test.each<[string, PushState | undefined, readonly string[]]>([
  [
    '',
    undefined,
    [
      'job=report',
      'job=backup',
      'job=backup env=prod zone=b',
      'job=etl instance=w9',
      'job=etl instance=w10',
    ],
  ],
  ['', 'refused', ['job=report']],
  ['ETL w1', undefined, ['job=etl instance=w10']],
  ['zone=b', 'good', ['job=backup env=prod zone=b']],
  ['gauge', undefined, ['job=report']],
  ['gauge', 'good', []],
])('%j of those with %s pushes', (query, state, want) => {
  expect(wantedGroups(GROUPS, query, state).map(groupName)).toEqual(want)
})
