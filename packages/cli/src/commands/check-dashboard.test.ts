import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dashboardVerdict } from './check-dashboard.ts'

const FIXTURES = join(import.meta.dirname, '../../../../fixtures/dashboards')
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-check-dashboard-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

function verdict(name: string, text: string) {
  const file = join(folder, name)
  writeFileSync(file, text)
  const { problems, found, details } = dashboardVerdict(file)
  return { problems: problems.map((line) => line.replace(`${folder}/`, '')), found, details }
}

test('a good dashboard is counted', () => {
  const { problems, found, details } = dashboardVerdict(join(FIXTURES, 'dagger-timeboard.json'))
  expect(problems).toEqual([])
  expect(found).toEqual([
    'Raystack Dagger Timeboard open source',
    '101 of 101 panels shown in full',
    '131 queries',
    '3 variables',
  ])
  expect(details).toEqual([])
})

test('queries that are no PromQL, and what is not shown, are told by panel', () => {
  const board = {
    title: 'B',
    templating: { list: [{ name: 'n', type: 'query', query: 'label_values(x, n)' }] },
    panels: [
      { id: 1, title: 'Bad', type: 'stat', targets: [{ expr: 'sum(up' }] },
      { id: 2, title: 'Map', type: 'geomap', targets: [{ expr: 'topk($n, rate(up[$n]))' }] },
      {
        id: 3,
        title: 'Good',
        type: 'stat',
        targets: [{ expr: 'rate(up{a="$n"}[$n])' }, { expr: 'topk($n, up)' }],
      },
    ],
  }
  const { problems, found, details } = verdict('b.json', JSON.stringify(board))
  expect(problems).toHaveLength(1)
  expect(problems[0]).toMatch(/^b\.json: panel 1 "Bad": Query A: /)
  expect(found[1]).toBe('1 of 3 panels shown in full')
  expect(details).toEqual(['  panel 2 "Map": geomap is not shown here; its data is, as a table'])
})

test('ConfigMaps in YAML are read; what is no dashboard is said', () => {
  const map = 'kind: ConfigMap\ndata:\n  a.json: \'{"title": "A", "panels": []}\'\n'
  expect(verdict('a.yml', `${map}---\n${map}`).found[0]).toBe('2 dashboards')
  expect(verdict('c.yml', 'groups: []').problems[0]).toMatch(/^Cannot find a dashboard/)
  expect(dashboardVerdict(join(folder, 'none.json')).problems[0]).toMatch(/there is no such file/)
})
