import { createHash } from 'node:crypto'
import { WeirError } from '@weir/model'

/** A dashboard as it is kept: the JSON of whoever wrote it, in whichever of Grafana's forms. */
export type Document = Readonly<Record<string, unknown>>

/** What a list says of a dashboard. */
export interface BoardFacts {
  readonly title: string
  readonly description: string
  readonly tags: readonly string[]
  /** Rows not counted, panels in folded rows counted. */
  readonly panelCount: number
}

export function isObject(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Facts of a document in any classic form; what is missing is empty. */
export function factsOf(document: Document): BoardFacts {
  const { title, description, tags } = document
  return {
    title: typeof title === 'string' && title.trim() !== '' ? title : 'Untitled',
    description: typeof description === 'string' ? description : '',
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
    panelCount: panelsIn(document),
  }
}

function panelsIn(holder: Document): number {
  const below = [holder['panels'], holder['rows']].flatMap((list) =>
    Array.isArray(list) ? list.filter(isObject) : [],
  )
  return below.reduce((sum, panel) => {
    const isRow = panel['type'] === 'row' || (panel['type'] === undefined && 'panels' in panel)
    return sum + (isRow ? 0 : 1) + panelsIn(panel)
  }, 0)
}

const UID = /^[A-Za-z0-9_-]{1,64}$/

/** Whether a name can stand in an address and be told apart from others, as Grafana has it. */
export function isUid(uid: unknown): uid is string {
  return typeof uid === 'string' && UID.test(uid)
}

/** @throws {WeirError} `DASHBOARD_INVALID` */
export function checkUid(uid: string): string {
  if (UID.test(uid)) return uid
  const shown = JSON.stringify(uid.slice(0, 80))
  const why = `Cannot use ${shown} as a uid: want 1 to 64 letters, digits, "-" and "_"`
  throw new WeirError('DASHBOARD_INVALID', why)
}

/** A uid that the same text always gets. */
export function uidFor(text: string): string {
  return createHash('sha256').update(text).digest('base64url').replaceAll(/[-_]/g, '').slice(0, 14)
}

/** Tells whether a document is another one. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}

/** Folders of a folder at most. */
const FOLDERS_MAX = 8

/**
 * A folder's name, '' for none: `team/kafka`. What could leave the directory, or hide in it, is refused.
 *
 * @throws {WeirError} `DASHBOARD_INVALID`
 */
export function checkFolder(folder: string): string {
  const parts = folder.split('/').filter((part) => part !== '')
  const isGood =
    parts.length <= FOLDERS_MAX &&
    // eslint-disable-next-line no-control-regex
    parts.every((part) => /^[^.\\\u0000-\u001f:*?"<>|][^\\\u0000-\u001f:*?"<>|]{0,99}$/u.test(part))
  if (isGood) return parts.join('/')
  const shown = JSON.stringify(folder.slice(0, 200))
  const want = `want at most ${FOLDERS_MAX} names between slashes, none that begins with a dot`
  throw new WeirError('DASHBOARD_INVALID', `Cannot use ${shown} as a folder: ${want}`)
}
