import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { WeirError } from '@weir/model'
import { readNamed } from '../config/files.ts'
import { checkBoards } from '../dashboards/check-boards.ts'
import { type AdoptItem, complaints, differs, same, unsupported } from './item.ts'

const PAGE = 'dashboards.md'

/** Looks at the dashboards in a folder of Grafana's JSON files, and in the folders in it. */
export function adoptBoards(folder: string): AdoptItem[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .toSorted()
  if (names.length === 0) {
    const why = 'there is no .json file in it'
    return [differs(folder, { what: 'dashboards', why, page: PAGE })]
  }
  return names.flatMap((name) => adoptBoard(join(folder, name)))
}

function adoptBoard(file: string): AdoptItem[] {
  try {
    return checkBoards(readNamed(file, { flag: '--grafana' })).flatMap((board) => {
      const { title, wholeCount, panelCount } = board
      const what = `dashboard ${JSON.stringify(title)}: ${wholeCount} of ${panelCount} panels in full`
      const notes = board.notes.map(({ kind, where, text }) => {
        const note = { what: where === '' ? title : where, why: text, page: PAGE }
        return kind === 'broken' ? unsupported(file, note) : differs(file, note)
      })
      return [same(file, what, PAGE), ...notes]
    })
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    return complaints(file, [error.message], { what: 'a dashboard', page: PAGE })
  }
}
