import { RequestError, reach } from '../../api/client.ts'
import type { QueryResult } from '../../api/prometheus.ts'
import type { StreamsResult } from '../panels/panel-props.ts'

/** A query as `POST /api/weir/v1/boards/query` takes it. */
export interface BoardQuestion {
  readonly language?: 'promql' | 'logql'
  readonly kind?: 'range' | 'instant' | 'exemplars' | 'labels' | 'labelValues' | 'series'
  readonly expr?: string
  /** Selectors, of names and values: series of any of them. */
  readonly match?: readonly string[]
  /** Of `labelValues`. */
  readonly name?: string
  readonly startMs: number
  readonly endMs: number
  readonly stepMs?: number
  readonly limit?: number
  readonly stats?: boolean
}

/** A line of the answer. */
export type BoardAnswer =
  | {
      readonly id: string
      readonly status: 'success'
      readonly data: unknown
      readonly warnings?: readonly string[]
      readonly infos?: readonly string[]
    }
  | {
      readonly id: string
      readonly status: 'error'
      readonly errorType: string
      readonly error: string
    }

/** `data` of an answer to a range or a moment. */
export type PanelResult = QueryResult | StreamsResult

/**
 * Asks everything at once; `told` is called for each answer as it comes.
 *
 * @throws {RequestError} when there is no answer, or it breaks off
 */
export async function askBoard(
  queries: readonly (BoardQuestion & { readonly id: string })[],
  told: (answer: BoardAnswer) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await reach('/api/weir/v1/boards/query', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ queries }),
    signal,
  })
  if (!response.ok || response.body === null) throw await refusal(response)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    const lines = (rest + value).split('\n')
    rest = lines.pop()!
    for (const line of lines) told(JSON.parse(line) as BoardAnswer)
  }
  if (rest !== '') throw unreadable(response, 'it breaks off')
}

async function refusal(response: Response): Promise<RequestError> {
  try {
    const { error, errorType = '' } = (await response.json()) as Readonly<Record<string, string>>
    const { status } = response
    const message = error ?? `Weir answered with status ${status}`
    return new RequestError({ kind: 'refused', status, errorType, code: '', message })
  } catch {
    return unreadable(response, `want JSON, got status ${response.status}`)
  }
}

function unreadable({ status }: Response, why: string): RequestError {
  return new RequestError({ kind: 'unreadable', status, message: `Cannot read the answer: ${why}` })
}
