import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Dashboard, readDashboards } from '@weir/boards'
import { expect, test } from 'vitest'
import type { Document } from './document.ts'
import { fileText } from './file-text.ts'
import { savedForm } from './keep-form.ts'

const FOLDER = join(import.meta.dirname, '../../../../fixtures/dashboards')
const BOARDS = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => [name, JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Document] as const)
  .filter(([, board]) => Number(board['schemaVersion'] ?? 0) >= 36)

const shownOf = (document: Document): Dashboard => readDashboards(document).dashboards[0]!.dashboard

/** What somebody may do to a board, and how many lines of a diff it may cost. */
const EDITS: readonly (readonly [string, (board: Dashboard) => Dashboard])[] = [
  ['nothing', (board) => structuredClone(board)],
  ['a title', (board) => ({ ...board, title: 'Another title' })],
  ['a panel away', (board) => ({ ...board, panels: board.panels.filter((_panel, i) => i !== 1) })],
  [
    'a place and a query',
    (board) => ({
      ...board,
      panels: board.panels.map((panel, i) =>
        panel.type !== 'row' && i < 4
          ? {
              ...panel,
              gridPos: { ...panel.gridPos, x: 1, w: 5 },
              targets: panel.targets.map((target) => ({ ...target, expr: `sum(${target.expr})` })),
            }
          : panel,
      ),
    }),
  ],
  ['the other way round', (board) => ({ ...board, panels: board.panels.toReversed() })],
]

test('there are real dashboards to try', () => expect(BOARDS.length).toBeGreaterThan(8))

test.each(
  BOARDS.flatMap(([name, board]) =>
    EDITS.map(([what, edit]) => [name, what, board, edit] as const),
  ),
)('%s: %s changed reads back as it was edited', (_name, what, board, edit) => {
  const shown = shownOf(board)
  const kept = savedForm(board, edit(shown), shownOf)
  expect(shownOf(kept)).toEqual(edit(shown))
  if (what === 'nothing') expect(kept).toBe(board)
})

test.each(BOARDS)('%s: a new title costs one line of the file', (_name, board) => {
  const before = fileText(board, board).split('\n')
  const shown = shownOf(board)
  const kept = savedForm(board, { ...shown, title: 'Another title' }, shownOf)
  const after = fileText(kept, board).split('\n')
  expect(after).toHaveLength(before.length)
  expect(after.filter((line, i) => line !== before[i])).toEqual([
    expect.stringContaining('Another title'),
  ])
})
