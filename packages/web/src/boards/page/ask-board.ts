import { RequestError, askFor } from '../../api/client.ts'
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
  const response = await askFor('/api/weir/v1/boards/query', { queries }, signal)
  if (response.body === null) throw unreadable(response, 'it is empty')
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

function unreadable({ status }: Response, why: string): RequestError {
  return new RequestError({ kind: 'unreadable', status, message: `Cannot read the answer: ${why}` })
}
