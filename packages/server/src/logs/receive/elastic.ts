import { type BulkAction, readBulk } from '@weir/wire'
import { WeirError } from '@weir/model'
import type { LineReader } from './line-reader.ts'

/**
 * The documents of a `_bulk` request.
 *
 * @returns the answer, an item each: clients look at each status, and send again only what has 429
 * @throws {WeirError} `LOGS_INVALID`
 */
export function readElastic(reader: LineReader, text: Uint8Array): string {
  const answer = new BulkAnswer()
  const why = readBulk(text, text.length, (action, from, to) => {
    answer.add(action, itemOf(reader, text, { action, from, to }))
  })
  if (why === '') return answer.finish()
  throw new WeirError('LOGS_INVALID', `Cannot read a _bulk request: ${why}`)
}

/** Why a document is not kept; '' when it is. */
function itemOf(
  reader: LineReader,
  text: Uint8Array,
  { action, from, to }: { readonly action: BulkAction; readonly from: number; readonly to: number },
): string {
  if (action === 'update' || action === 'delete') {
    return reader.batch.refuse(`no_${action}`, text.subarray(from, to))
  }
  let begin = from
  while (begin < to && text[begin]! <= 0x20) begin++
  let end = to
  while (end > begin && text[end - 1]! <= 0x20) end--
  if (!reader.batch.fits(end - begin)) {
    return reader.batch.refuse('line_too_long', text.subarray(begin, end))
  }
  if (reader.objectEnd(text, begin, end) !== end) {
    return reader.batch.refuse('no_object', text.subarray(begin, end))
  }
  return reader.addObject(text, begin, end) ?? ''
}

/** The answer, most of whose items are alike. */
class BulkAnswer {
  readonly #parts: string[] = []
  #hasErrors = false
  #item = ''
  #count = 0

  add(action: BulkAction, reason: string): void {
    const item = reason === '' ? KEPT[action] : refusedItem(action, reason)
    if (reason !== '') this.#hasErrors = true
    if (item !== this.#item) this.#flush()
    this.#item = item
    this.#count++
  }

  finish(): string {
    this.#flush()
    return `{"took":0,"errors":${this.#hasErrors},"items":[${this.#parts.join(',')}]}`
  }

  #flush(): void {
    if (this.#count === 0) return
    this.#parts.push(
      this.#item,
      ...(this.#count > 1 ? [`${this.#item},`.repeat(this.#count - 1).slice(0, -1)] : []),
    )
    this.#count = 0
  }
}

const KEPT: Readonly<Record<BulkAction, string>> = {
  create: '{"create":{"status":201}}',
  index: '{"index":{"status":201}}',
  update: '',
  delete: '',
}

const WHY: Readonly<Record<string, string>> = {
  no_update: 'lines of log cannot be changed: want create or index',
  no_delete: 'lines of log cannot be deleted so: want create or index',
  no_object: 'want a JSON object on one line',
  line_too_long: 'longer than logs.max_line_bytes',
  metadata_too_long: 'extra_fields are longer than logs.max_metadata_bytes',
  token_stream_limit: 'the token may send no more streams',
  too_old: 'its time is before logs.retention_time',
  too_far_in_future: 'its time is beyond logs.max_ahead',
}

/** Statuses of Elasticsearch: 400 is never sent again. */
function refusedItem(action: BulkAction, reason: string): string {
  const type = reason.startsWith('no_')
    ? 'document_parsing_exception'
    : 'illegal_argument_exception'
  const error = { type, reason: `${reason}: ${WHY[reason] ?? 'not kept'}` }
  return JSON.stringify({ [action]: { status: 400, error } })
}
