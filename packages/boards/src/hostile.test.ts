import { expect, test } from 'vitest'
import { expandRepeats } from './queries/expand-repeats.ts'
import { panelQueries } from './queries/panel-queries.ts'
import { withMatchers } from './queries/with-matchers.ts'
import { readDashboards } from './read/read-dashboards.ts'
import { interpolate } from './scope/interpolate.ts'
import { type Scope, fixedVariable } from './scope/scope.ts'
import { parseVariableQuery } from './variables/variable-query.ts'

/** Seconds of this process, whatever else the machine does. */
function cpuOf(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

const SCOPE: Scope = {
  variables: new Map([['x', fixedVariable('y')]]),
  from: 0,
  to: 3_600_000,
}

test('5,000 panels are read, laid out and asked for', () => {
  const panels = Array.from({ length: 5000 }, (_, i) => ({
    id: i,
    type: i % 3 === 0 ? 'graph' : 'stat',
    title: '$x',
    gridPos: { x: (i % 4) * 6, y: Math.floor(i / 4) * 5, w: 6, h: 5 },
    targets: [{ expr: `rate(up{i="${i}",x="$x"}[$__rate_interval])` }],
  }))
  let count = 0
  const seconds = cpuOf(() => {
    const { dashboard } = readDashboards({ title: 'x', panels }).dashboards[0]!
    for (const { panel, scope } of expandRepeats(dashboard, SCOPE)) {
      count += panelQueries(panel, scope, { from: 0, to: 3_600_000, width: 500 }).length
    }
  })
  expect(count).toBe(5000)
  expect(seconds).toBeLessThan(5)
})

test('10 MB of anything, and of one thing', () => {
  const many = {
    title: 'x',
    panels: [{ type: 'text', options: { content: 'y'.repeat(10_000_000) } }],
  }
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  const wide = { title: 'x', panels: [], more: Array.from({ length: 300_000 }, () => [1]) }
  const seconds = cpuOf(() => {
    expect(readDashboards(many).notes[0]!.text).toMatch(/is cut after/)
    expect(
      readDashboards({ title: 'x', panels: [], deep: JSON.parse(deep) }).notes[0]!.text,
    ).toMatch(/deeper than/)
    expect(readDashboards(wide).dashboards).toHaveLength(1)
  })
  expect(seconds).toBeLessThan(8)
})

test('what YAML’s aliases blow up stays bounded', () => {
  let bomb: unknown = { a: 1 }
  for (let i = 0; i < 30; i++) bomb = [bomb, bomb]
  const seconds = cpuOf(() => {
    const { notes } = readDashboards({ title: 'x', panels: [], bomb })
    expect(notes[0]!.text).toMatch(/what comes after is left out/)
  })
  expect(seconds).toBeLessThan(8)
})

test('a thousand copies of a thousand copies are 5,000 panels', () => {
  const values = Array.from({ length: 1000 }, (_, i) => String(i))
  const many = { values, texts: values, isAll: false, isMany: true }
  const { dashboard } = readDashboards({
    title: 'x',
    panels: [
      { type: 'row', repeat: 'a' },
      { type: 'stat', repeat: 'b' },
    ],
  }).dashboards[0]!
  const scope = {
    ...SCOPE,
    variables: new Map([
      ['a', many],
      ['b', many],
    ]),
  }
  expect(cpuOf(() => expect(expandRepeats(dashboard, scope)).toHaveLength(5000))).toBeLessThan(5)
})

test.each([
  '${',
  '${a.',
  '[[a',
  '$x',
  '${x:',
  '"$x',
  "'",
  '{',
  'up{',
  '#',
  '\\',
  '`',
  'a[',
  '(',
  '$__interval ',
])('texts that repeat %j take no longer than their length', (part) => {
  const text = part.repeat(100_000 / part.length)
  const seconds = cpuOf(() => {
    interpolate(text, SCOPE)
    interpolate(text, SCOPE, 'promql')
    withMatchers(text, ['a="b"'])
    parseVariableQuery(`label_values(${text})`)
    parseVariableQuery(`show tag values from ${text}`)
  })
  expect(seconds).toBeLessThan(4)
})
