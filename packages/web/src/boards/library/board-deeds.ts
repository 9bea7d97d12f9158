import type { BoardChange, BoardImport, BoardRow } from '@weir/boards'
import { getWeir, reach, sendWeir } from '../../api/client.ts'

/** What can be done with dashboards as wholes. All throw `RequestError`. */
const PATH = '/api/weir/v1/dashboards'

function pathOf(uid: string): string {
  return `${PATH}/${encodeURIComponent(uid)}`
}

export function createBoard(change: BoardChange): Promise<BoardRow> {
  return sendWeir('POST', PATH, change)
}

export function saveBoard(uid: string, change: BoardChange): Promise<BoardRow> {
  return sendWeir('PUT', pathOf(uid), change)
}

export function deleteBoard(uid: string, author: string): Promise<BoardRow> {
  return sendWeir('DELETE', `${pathOf(uid)}?${new URLSearchParams({ author })}`, {})
}

/** Brings back what was deleted, or an older version. */
export function restoreBoard(uid: string, author: string, version?: number): Promise<BoardRow> {
  const said = version === undefined ? { author } : { author, version }
  return sendWeir('POST', `${pathOf(uid)}/restore`, said)
}

export interface ImportChoice {
  readonly folder: string
  readonly isDry: boolean
  readonly replaces: boolean
  readonly author: string
}

/** Reads, and unless dry keeps, the dashboards of a text. */
export function importText(text: string, choice: ImportChoice): Promise<BoardImport> {
  const { folder, isDry, replaces, author } = choice
  const wish = new URLSearchParams({
    author,
    ...(folder === '' ? {} : { folder }),
    ...(isDry ? { dry_run: 'true' } : {}),
    ...(replaces ? { replace: 'true' } : {}),
  })
  return sendText(`${PATH}/import?${wish}`, text)
}

async function sendText<T>(path: string, text: string): Promise<T> {
  const headers = { 'content-type': 'application/octet-stream' }
  const response = await reach(path, { method: 'POST', headers, body: text })
  const body = (await response.json()) as T & { readonly error?: string }
  if (!response.ok) throw new Error(body.error ?? `Weir answered with status ${response.status}`)
  return body
}

export type ExportForm = 'plain' | 'sharing' | 'provisioning'

/** Has the browser keep a dashboard as a file. */
export async function downloadBoard(uid: string, form: ExportForm): Promise<void> {
  const signal = new AbortController().signal
  const document_ = await getWeir<object>(`${pathOf(uid)}/export?form=${form}`, signal)
  const blob = new Blob([`${JSON.stringify(document_, null, 2)}\n`], { type: 'application/json' })
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = `${uid}.json`
  link.click()
  URL.revokeObjectURL(url)
}
