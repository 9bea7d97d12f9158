import type { LogEntry, TimeRange } from '@weir/logs'
import { Labels, WeirError } from '@weir/model'
import type { LokiClient } from './loki-client.ts'
import { CATEGORIZE } from './loki-question.ts'

export interface LinesRequest {
  /** A query for lines. */
  readonly query: string
  readonly range: TimeRange
  readonly limit: number
  readonly direction: 'forward' | 'backward'
}

type Pairs = Readonly<Record<string, string>>

interface StreamsAnswer {
  readonly data: {
    readonly resultType: string
    readonly result: readonly {
      readonly stream: Pairs
      readonly values: readonly (readonly [
        time: string,
        line: string,
        beside?: { readonly structuredMetadata?: Pairs; readonly parsed?: Pairs },
      ])[]
    }[]
  }
}

/** Lines of a query, in the order asked for, whichever stream they are of. */
export async function lokiLines(
  loki: Pick<LokiClient, 'ask'>,
  { query, range, limit, direction }: LinesRequest,
  signal: AbortSignal,
): Promise<readonly LogEntry[]> {
  if (limit <= 0 || range.toNs <= range.fromNs) return []
  const params = new URLSearchParams({
    query,
    start: String(range.fromNs),
    end: String(range.toNs),
    limit: String(limit),
    direction,
  })
  const answer = await loki.ask({ path: 'query_range', params, headers: CATEGORIZE }, signal)
  const entries = entriesOf(new TextDecoder().decode(answer))
  const sign = direction === 'forward' ? 1 : -1
  return entries.sort((a, b) => (a.timeNs < b.timeNs ? -sign : a.timeNs > b.timeNs ? sign : 0))
}

function entriesOf(text: string): LogEntry[] {
  const { data } = readAnswer(text)
  if (data.resultType !== 'streams') {
    throw new WeirError(
      'LOGQL_PARSE',
      'Cannot take a metric query here: want one that selects lines',
    )
  }
  const known = new Map<string, Labels>()
  return data.result.flatMap(({ stream, values }) => {
    const labels = Labels.of(stream)
    return values.map(([time, line, beside = {}]) => ({
      timeNs: BigInt(time),
      line,
      stream: labels,
      metadata: labelsOf(beside.structuredMetadata, known),
      parsed: labelsOf(beside.parsed, known),
    }))
  })
}

function readAnswer(text: string): StreamsAnswer {
  try {
    const answer = JSON.parse(text) as StreamsAnswer
    if (Array.isArray(answer.data.result)) return answer
  } catch {
    // told below
  }
  throw new WeirError(
    'LOGS_ENGINE_AWAY',
    'Cannot read the answer of the Loki of storage.logs: it is no answer of its API; look at read_url',
  )
}

/** Most lines say the same beside them, or nothing. */
function labelsOf(pairs: Pairs | undefined, known: Map<string, Labels>): Labels {
  if (pairs === undefined) return Labels.EMPTY
  const key = JSON.stringify(pairs)
  const found = known.get(key)
  if (found !== undefined) return found
  const labels = Labels.of(pairs)
  if (known.size < 10_000) known.set(key, labels)
  return labels
}
