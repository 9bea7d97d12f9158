import type { WeirError } from '@weir/model'
import { CODE_HEADER, statusOf } from '../http/errors.ts'
import { type Answer, comeAgain } from '../http/route.ts'
import type { BadLine, InfluxOutcome } from './receiver.ts'

/** Which InfluxDB a client takes Weir for; each has its own shape of errors. */
export type InfluxApi = 'v1' | 'v2' | 'v3'

/** On every answer. Clients look at the version to know what they may ask; 1.8 is asked least. */
export const VERSION_HEADERS = {
  'x-influxdb-version': '1.8.10',
  'x-influxdb-build': 'Weir',
} as const

export function noContent(): Answer {
  return { status: 204, headers: VERSION_HEADERS, body: '' }
}

export function jsonAnswer(value: unknown, status = 200): Answer {
  const headers = { 'content-type': 'application/json', ...VERSION_HEADERS }
  return { status, headers, body: `${JSON.stringify(value)}\n` }
}

/** InfluxDB cuts the header there. */
const HEADER_ERROR_MAX = 1024

/** InfluxDB 2 names kinds of errors. */
const V2_CODES: Readonly<Record<number, string>> = {
  400: 'invalid',
  404: 'not found',
  413: 'request too large',
  415: 'invalid',
  422: 'unprocessable entity',
  503: 'unavailable',
}

/** An error in the shape that clients of this API read. */
export function refusal(api: InfluxApi, status: number, text: string): Answer {
  const code = V2_CODES[status] ?? 'internal error'
  const body = api === 'v2' ? { code, message: text } : { error: text }
  const answer = jsonAnswer(body, status)
  const shown = text.slice(0, HEADER_ERROR_MAX).replaceAll(/[^\x20-\x7e]/g, ' ')
  const named = api === 'v2' ? { 'x-platform-error-code': code } : {}
  return { ...answer, headers: { ...answer.headers, 'x-influxdb-error': shown, ...named } }
}

/** An error of ours, where nothing was kept. */
export function refusalOf(api: InfluxApi, error: WeirError): Answer {
  const answer = refusal(api, statusOf(error.code), error.message)
  const headers = { ...answer.headers, [CODE_HEADER]: error.code, ...comeAgain(error) }
  return { ...answer, headers }
}

/**
 * What became of a request. 204 is the only success that every client knows. A value at a time at
 * which its field has another one is counted and no fault: InfluxDB takes it without a word too.
 */
export function answerOf(api: InfluxApi, outcome: InfluxOutcome): Answer {
  const { badLines, rejected } = outcome
  const { bad_line: badCount = 0, duplicate_timestamp: _, ...refused } = rejected
  const dropped = Object.values(refused).reduce((sum, count) => sum + count, 0)
  if (badCount === 0 && dropped === 0) return noContent()
  const parse = parseErrors(badLines, badCount)
  const store = dropped === 0 ? [] : [storeError(refused, outcome.badSeries)]
  const isPartial = outcome.lines > 0 || dropped > 0
  const text = [...parse, ...store].join('\n')
  const whole = isPartial ? `partial write: ${text} dropped=${dropped}` : text
  if (api === 'v3') return v3Answer(badLines, whole)
  return refusal(api, api === 'v2' && badCount === 0 ? 422 : 400, whole)
}

function parseErrors(badLines: readonly BadLine[], count: number): string[] {
  const lines = badLines.map(({ line, reason }) => `unable to parse '${line}': ${reason}`)
  const more = count - badLines.length
  return more > 0 ? [...lines, `and ${more} more lines`] : lines
}

/** Telegraf knows the first words, and does not send such a request again. */
function storeError(refused: Readonly<Record<string, number>>, example: string): string {
  const counts = Object.entries(refused).map(([reason, count]) => `${count} ${reason}`)
  const told = `${counts.join(', ')}; one of them: ${example}`
  const isOld = Object.keys(refused).every((reason) => reason === 'out_of_order')
  return isOld ? `points beyond retention policy (${told})` : `points that cannot be kept (${told})`
}

function v3Answer(badLines: readonly BadLine[], text: string): Answer {
  const error = badLines.length > 0 ? 'partial write of line protocol occurred' : text
  const data = badLines.map(({ line, number, reason }) => ({
    original_line: line,
    line_number: number,
    error_message: reason,
  }))
  return jsonAnswer({ error, data }, 400)
}
