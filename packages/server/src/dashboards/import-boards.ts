import type { BoardImport, ImportedBoard } from '@weir/boards'
import { WeirError } from '@weir/model'
import type { Dashboards } from './dashboards.ts'
import { type Document, factsOf, isUid } from './document.ts'
import { readBoard } from './read-board.ts'
import { documentsIn } from './unwrap.ts'

export interface ImportWish {
  readonly text: string
  /** Undefined: where a dashboard of the same uid is, or none. */
  readonly folder?: string
  readonly author: string
  /** Nothing is kept; the answer says what would be. */
  readonly isDry: boolean
  /** One with the same uid is replaced; else a copy is kept beside it. */
  readonly replaces: boolean
}

/**
 * Takes in every dashboard of a text.
 *
 * @throws {WeirError} `DASHBOARD_INVALID` when there is none
 */
export async function importBoards(dashboards: Dashboards, wish: ImportWish): Promise<BoardImport> {
  const boards: ImportedBoard[] = []
  for (const document of documentsIn(wish.text))
    boards.push(await importOne(dashboards, document, wish))
  return { boards }
}

async function importOne(
  dashboards: Dashboards,
  given: Document,
  wish: ImportWish,
): Promise<ImportedBoard> {
  const { title, panelCount } = factsOf(given)
  const uid = isUid(given['uid']) ? given['uid'] : ''
  const found = { uid, title, panelCount, notes: [], exists: null, saved: null, problem: '' }
  try {
    const { dashboard, notes } = readBoard(given)
    // A newer layout is kept as the classic one, which is what everything here speaks.
    const document: Document = 'elements' in given || 'spec' in given ? dashboard : given
    const exists = uid !== '' && dashboards.has(uid) ? dashboards.row(uid) : null
    const facts = { ...found, ...pick(factsOf(document)), notes, exists }
    if (wish.isDry) return facts
    const draft = {
      document,
      author: wish.author,
      message: 'Imported',
      ...(wish.folder === undefined ? {} : { folder: wish.folder }),
    }
    const isReplaced = exists !== null && wish.replaces && exists.origin !== 'pack'
    const saved = await (isReplaced ? dashboards.put(uid, draft) : dashboards.add(draft))
    return { ...facts, uid: saved.uid, saved }
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    return { ...found, problem: error.message }
  }
}

function pick({ title, panelCount }: { title: string; panelCount: number }): object {
  return { title, panelCount }
}
