import type { Note } from '@weir/boards'
import { checkBoards } from '@weir/server'
import type { Command } from 'commander'
import { counted } from '../show/columns.ts'
import { inert } from '../show/inert.ts'
import { type Verdict, attempt, printVerdicts } from '../show/verdict.ts'
import { readFile } from './read-file.ts'

export function addCheckDashboard(check: Command): void {
  check
    .command('dashboard <files...>')
    .description('Grafana dashboards, as JSON or in ConfigMaps: what is shown here, and each query')
    .option('--json', 'an array of verdicts', false)
    .action((files: string[], { json }: { readonly json: boolean }) => {
      process.exitCode = printVerdicts(files.map(dashboardVerdict), json)
    })
}

/** What cannot work is a problem; what is only not shown as in Grafana is a line for people. */
export function dashboardVerdict(file: string): Verdict {
  return attempt(file, () => {
    const boards = checkBoards(readFile(file))
    const notes = boards.flatMap((board) => board.notes)
    const sum = (of: (board: (typeof boards)[number]) => number): number =>
      boards.reduce((total, board) => total + of(board), 0)
    const panels = sum(({ panelCount }) => panelCount)
    return {
      file,
      problems: notes
        .filter(({ kind }) => kind === 'broken')
        .map((note) => `${file}: ${asLine(note)}`),
      found: [
        ...(boards.length === 1
          ? [inert(boards[0]!.title)]
          : [counted(boards.length, 'dashboard')]),
        `${sum(({ wholeCount }) => wholeCount)} of ${counted(panels, 'panel')} shown in full`,
        counted(
          sum(({ queryCount }) => queryCount),
          'query',
          'queries',
        ),
        counted(
          sum(({ variableCount }) => variableCount),
          'variable',
        ),
      ],
      details: notes.filter(({ kind }) => kind === 'ignored').map((note) => `  ${asLine(note)}`),
    }
  })
}

function asLine({ where, text }: Note): string {
  return where === '' ? inert(text) : `${inert(where)}: ${inert(text)}`
}
