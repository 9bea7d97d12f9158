/**
 * The body of Elasticsearch's `_bulk`: lines in pairs, an action (`{"create":{…}}`) and its document. What
 * the action says beside its name (index, id) is not looked at.
 *
 * @see https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
 */
import { JsonBytes } from '../otlp/json-bytes.ts'

const LINE_FEED = 0x0a
const DEPTH_MAX = 50

/** What may be done to a document; only the first two bring one. */
export type BulkAction = 'create' | 'index' | 'update' | 'delete'

const ACTIONS: readonly BulkAction[] = ['create', 'index', 'update', 'delete']

/** Hears of each item; `bytes[from, to)` is its document, without bytes for `delete`. */
export type BulkVisitor = (action: BulkAction, from: number, to: number) => void

/**
 * Reads `bytes[0, length)`.
 *
 * @returns what cannot be read and where, for people; '' when all could be
 */
export function readBulk(bytes: Uint8Array, length: number, visit: BulkVisitor): string {
  let number = 0
  let action: BulkAction | undefined
  let known = { from: 0, to: 0 }
  let at = 0
  while (at < length) {
    const end = lineEnd(bytes, at, length)
    number++
    if (isEmpty(bytes, at, end)) {
      at = end + 1
      continue
    }
    // Senders say the same action for every document.
    if (action === undefined || !isSame(bytes, known, at, end)) {
      action = actionOf(bytes.subarray(at, end))
      known = { from: at, to: end }
    }
    if (action === undefined) return `line ${number}: want an action such as {"create":{}}`
    at = end + 1
    if (action === 'delete') {
      visit(action, at, at)
      continue
    }
    if (at >= length) return `line ${number}: want a document behind the action`
    const documentEnd = lineEnd(bytes, at, length)
    number++
    visit(action, at, documentEnd)
    at = documentEnd + 1
  }
  return ''
}

function lineEnd(bytes: Uint8Array, at: number, length: number): number {
  const feed = bytes.indexOf(LINE_FEED, at)
  return feed < 0 || feed > length ? length : feed
}

function isEmpty(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at]! > 0x20) return false
  return true
}

function isSame(
  bytes: Uint8Array,
  known: { readonly from: number; readonly to: number },
  from: number,
  to: number,
): boolean {
  if (known.to - known.from !== to - from) return false
  for (let i = 0; i < to - from; i++) if (bytes[known.from + i] !== bytes[from + i]) return false
  return true
}

function actionOf(line: Uint8Array): BulkAction | undefined {
  const input = new JsonBytes(line, DEPTH_MAX)
  if (!input.open('{') || !input.next('}')) return undefined
  const name = input.text()
  input.expect(':')
  input.skipValue()
  if (input.next('}')) return undefined
  input.finish()
  if (input.why !== '') return undefined
  return ACTIONS.find((action) => action === name)
}
