import { type LogEntry, groupEntries } from '@weir/logs'
import { plainText, valueText } from '../query/json-writer.ts'

/**
 * Answers in the JSON of Loki's API. Lines of an answer are few (some thousands at most), so texts are put
 * together and become bytes once.
 *
 * @see grafana/loki:pkg/util/marshal/query.go
 */

/** What a question took, as Grafana and logcli show it. */
export interface AnswerStats {
  readonly lines: number
  readonly bytes: number
  readonly streams: number
  readonly execSeconds: number
  readonly queueSeconds: number
  readonly returned: number
}

/** `data` around a result. */
export function answerJson(
  resultType: 'streams' | 'matrix' | 'vector' | 'scalar',
  result: string,
  stats: AnswerStats,
  categorize: boolean,
): string {
  const flags = categorize ? ',"encodingFlags":["categorize-labels"]' : ''
  return `{"status":"success","data":{"resultType":"${resultType}"${flags},"result":${result},"stats":${statsJson(stats)}}}`
}

/**
 * Lines by their labels, in the order of these; within, in the order in which they came. Told apart by
 * category, the stream has its own labels only; otherwise all labels of a line are its stream's.
 */
export function streamsJson(lines: readonly LogEntry[], categorize: boolean): string {
  return `[${groupEntries(lines, categorize)
    .toSorted((a, b) => a.labels.compare(b.labels))
    .map(({ labels, entries }) => {
      const values = entries.map((entry) => entryJson(entry, categorize)).join(',')
      return `{"stream":${JSON.stringify(labels)},"values":[${values}]}`
    })
    .join(',')}]`
}

function entryJson({ timeNs, line, metadata, parsed }: LogEntry, categorize: boolean): string {
  const head = `["${timeNs}",${JSON.stringify(line)}`
  if (!categorize) return `${head}]`
  const beside = metadata.size === 0 ? [] : [`"structuredMetadata":${JSON.stringify(metadata)}`]
  const found = parsed.size === 0 ? [] : [`"parsed":${JSON.stringify(parsed)}`]
  return `${head},{${[...beside, ...found].join(',')}}]`
}

/** `[seconds, "value"]`. */
export function sampleJson(timeMs: number, value: number): string {
  return `[${plainText(timeMs / 1000)},"${valueText(value)}"]`
}

/** A series of a matrix. */
export function seriesJson(metric: object, samples: readonly string[]): string {
  return `{"metric":${JSON.stringify(metric)},"values":[${samples.join(',')}]}`
}

function statsJson(stats: AnswerStats): string {
  const { lines, bytes, streams, execSeconds, queueSeconds, returned } = stats
  const perSecond = (count: number): number =>
    execSeconds > 0 ? Math.round(count / execSeconds) : 0
  return JSON.stringify({
    summary: {
      bytesProcessedPerSecond: perSecond(bytes),
      linesProcessedPerSecond: perSecond(lines),
      totalBytesProcessed: bytes,
      totalLinesProcessed: lines,
      execTime: execSeconds,
      queueTime: queueSeconds,
      subqueries: 0,
      totalEntriesReturned: returned,
      splits: 0,
      shards: 0,
      totalPostFilterLines: returned,
      totalStructuredMetadataBytesProcessed: 0,
    },
    querier: { store: { chunk: {} } },
    ingester: { store: { chunk: {} } },
    cache: {},
    index: { totalStreams: streams },
  })
}
