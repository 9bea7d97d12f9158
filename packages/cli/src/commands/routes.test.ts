import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readRouteTree } from '@weir/server'
import { routeLines, treeLines } from '../show/route-text.ts'
import { routesInFile } from './routes.ts'

const CONFIG = `
route:
  receiver: team
  group_by: [alertname]
  routes:
  - matchers: [severity="page", team=~"a|b"]
    receiver: pager
    continue: true
    group_wait: 1s
    mute_time_intervals: [nights]
    routes:
    - matchers: [team="a"]
      group_by: ['...']
  - match: {severity: page}
    receiver: log
    active_time_intervals: [nights]
receivers: [{name: team}, {name: pager}, {name: log}]
time_intervals: [{name: nights, time_intervals: [{times: [{start_time: '00:00', end_time: '06:00'}]}]}]
`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-routes-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the tree says of each route what it has other than its parent', () => {
  expect(treeLines(readRouteTree({ fileName: 'am.yml', text: CONFIG }).tree())).toEqual([
    'everything  team  by alertname  wait 30s  every 5m  repeat 4h',
    '├── {severity="page",team=~"a|b"}  pager  wait 1s  continue  muted nights',
    '│   └── {team="a"}  pager  by ...',
    '└── {severity="page"}  log  only nights',
  ])
})

test('an alert is led through a file', async () => {
  const file = join(folder, 'am.yml')
  writeFileSync(file, CONFIG)
  const taken = await routesInFile(file, { severity: 'page', team: 'a', empty: '' })
  expect(taken.map(({ receiver }) => receiver)).toEqual(['pager', 'log'])
  expect(taken[0]!.groupLabels).toEqual({ severity: 'page', team: 'a' })
  expect(routeLines(taken)).toEqual([
    'RECEIVER  FIRST AFTER  THEN EVERY  REPEATED EVERY  GROUP',
    'pager     1s           5m          4h              {}/{severity="page",team=~"a|b"}/{team="a"}:{severity="page", team="a"}',
    'log       30s          5m          4h              {}/{severity="page"}:{}',
  ])
  writeFileSync(file, CONFIG.replace('receiver: log', 'receiver: nobody'))
  await expect(routesInFile(file, {})).rejects.toThrow('there is no receiver "nobody"')
})
