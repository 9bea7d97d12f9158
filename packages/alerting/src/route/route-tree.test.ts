import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { peer } from '../testing/peers.ts'
import { readRouteTree } from './route-tree.ts'
import type { RouteNodeView } from './views.ts'

const amtool = peer('amtool')

const CONFIG = `
route:
  receiver: all
  group_by: [job]
  routes:
  - matchers: [severity="page"]
    receiver: pager
    continue: true
    group_by: ['...']
    routes:
    - matchers: ['team=~"a|b"', env!="dev"]
      receiver: ab
      continue: true
    - match_re: {team: b.*}
  - matchers: [team=~".+"]
    receiver: team
    group_wait: 1s
    routes:
    - {match: {team: b}, receiver: b, mute_time_intervals: [x]}
receivers: [{name: all}, {name: pager}, {name: ab}, {name: team}, {name: b}]
time_intervals: [{name: x, time_intervals: [{months: [may]}]}]
`

const LABELS = ['severity', 'team', 'env'].reduce<Record<string, string>[]>(
  (before, name) =>
    before.flatMap((labels) =>
      ['', name === 'severity' ? 'page' : 'b', name === 'env' ? 'dev' : 'a'].map((value) =>
        value === '' ? labels : { ...labels, [name]: value },
      ),
    ),
  [{}],
)

test.skipIf(amtool === undefined)('amtool leads alerts to the same receivers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-routes-'))
  const fileName = join(folder, 'am.yml')
  writeFileSync(fileName, CONFIG)
  const { routes } = readRouteTree({ fileName, text: CONFIG })
  const found = LABELS.map((labels) => [
    labels,
    routes(Labels.of(labels))
      .map(({ receiver }) => receiver)
      .join(),
  ])
  const want = LABELS.map((labels) => {
    const given = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
    const args = ['config', 'routes', 'test', `--config.file=${fileName}`, ...given]
    return [labels, spawnSync(amtool!, args, { encoding: 'utf8' }).stdout.trim()]
  })
  rmSync(folder, { recursive: true, force: true })
  expect(new Set(want.map(([, names]) => names)).size).toBeGreaterThan(5)
  expect(found).toEqual(want)
})

test('a node has everything inherited filled in', () => {
  const lines = (node: RouteNodeView): string[] => [
    `${node.routeKey} ${node.matchers} ${node.receiver} ${node.groupBy.join()} ${node.groupWaitMs} ${node.muteTimeIntervals.join()}${node.continues ? '+' : ''}`,
    ...node.routes.flatMap(lines),
  ]
  expect(lines(readRouteTree({ fileName: 'am.yml', text: CONFIG }).tree())).toEqual([
    '{} {} all job 30000 ',
    '{}/{severity="page"} {severity="page"} pager ... 30000 +',
    '{}/{severity="page"}/{env!="dev",team=~"a|b"} {env!="dev",team=~"a|b"} ab ... 30000 +',
    '{}/{severity="page"}/{team=~"^(?:b.*)$"} {team=~"^(?:b.*)$"} pager ... 30000 ',
    '{}/{team=~".+"} {team=~".+"} team job 1000 ',
    '{}/{team=~".+"}/{team="b"} {team="b"} b job 1000 x',
  ])
})
