import type { BoardChange, BoardImport, BoardRow, ImportedBoard } from '@weir/boards'
import { RequestError, getWeir } from '../../api/client.ts'
import { deed, send } from '../../api/deed.ts'

/** A new board, or the next version of that which has a uid. */
export const keepBoard = deed(
  'write',
  ({ uid, change }: { readonly uid?: string; readonly change: BoardChange }) =>
    uid === undefined
      ? send('POST /api/weir/v1/dashboards')<BoardRow>({ body: change })
      : send('PUT /api/weir/v1/dashboards/{uid}')<BoardRow>({ at: { uid }, body: change }),
)

export const deleteBoard = deed(
  'write',
  ({ uid, author }: { readonly uid: string; readonly author: string }) =>
    send('DELETE /api/weir/v1/dashboards/{uid}')<BoardRow>({ at: { uid }, query: { author } }),
)

/** Brings back what was deleted. */
export const restoreBoard = deed(
  'write',
  ({ uid, author }: { readonly uid: string; readonly author: string }) =>
    send('POST /api/weir/v1/dashboards/{uid}/restore')<BoardRow>({
      at: { uid },
      body: { author },
    }),
)

export interface ImportChoice {
  readonly folder: string
  readonly isDry: boolean
  readonly replaces: boolean
  readonly author: string
}

/** A file, or what was pasted. */
export interface Source {
  readonly name: string
  readonly text: string
}

/** What was understood of it. */
export interface Found {
  readonly source: Source
  readonly boards: readonly ImportedBoard[]
}

/** Reads, and unless dry keeps, the dashboards of texts. A text that is none leaves the others as they are. */
export const importTexts = deed(
  'write',
  async (wish: { readonly sources: readonly Source[]; readonly choice: ImportChoice }) => {
    const { folder, isDry, replaces, author } = wish.choice
    const query = {
      author,
      ...(folder === '' ? {} : { folder }),
      ...(isDry ? { dry_run: 'true' } : {}),
      ...(replaces ? { replace: 'true' } : {}),
    }
    const found: Found[] = []
    for (const source of wish.sources) {
      const how = { query, body: source.text }
      const { boards } = await send('POST /api/weir/v1/dashboards/import')<BoardImport>(how).catch(
        (error: Error) => ({ boards: [unreadable(source, error)] }),
      )
      found.push({ source, boards })
    }
    return found
  },
)

/** @throws what is no fault of the text: nobody is known, or may not */
function unreadable({ name }: Source, error: Error): ImportedBoard {
  if (!(error instanceof RequestError) || error.failure.kind !== 'refused') throw error
  if (error.failure.status === 401 || error.failure.status === 403) throw error
  const nothing = { uid: '', panelCount: 0, notes: [], exists: null, saved: null }
  return { ...nothing, title: name, problem: error.message }
}

export type ExportForm = 'plain' | 'sharing' | 'provisioning'

/** Has the browser keep a dashboard as a file. */
export async function downloadBoard(uid: string, form: ExportForm): Promise<void> {
  const signal = new AbortController().signal
  const document_ = await getWeir<object>(
    `/api/weir/v1/dashboards/${encodeURIComponent(uid)}/export?form=${form}`,
    signal,
  )
  const blob = new Blob([`${JSON.stringify(document_, null, 2)}\n`], { type: 'application/json' })
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = `${uid}.json`
  link.click()
  URL.revokeObjectURL(url)
}
