import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkBoards } from './check-boards.ts'

const FOLDER = join(import.meta.dirname, '../../../../fixtures/dashboards')
const BOARDS = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .flatMap((file) => checkBoards(readFileSync(join(FOLDER, file), 'utf8')))

test('of the panels of public boards, 96 % and more are shown in full and can be asked', () => {
  const sum = (of: (board: (typeof BOARDS)[number]) => number): number =>
    BOARDS.reduce((total, board) => total + of(board), 0)
  expect(sum(({ panelCount }) => panelCount)).toBe(698)
  expect(sum(({ wholeCount }) => wholeCount)).toBe(693)
})

test('what cannot work in them is told: MetricsQL, and an expression of Grafana’s server', () => {
  const broken = BOARDS.flatMap(({ notes }) => notes.filter(({ kind }) => kind === 'broken'))
  expect(
    broken.map(({ text }) => text.replace(/.*(?:function with name|Query \w is) /, '')),
  ).toEqual([
    '"topk_max"',
    '"increases_over_time"',
    '"increases_over_time"',
    'a server-side expression; write it as PromQL',
  ])
})
