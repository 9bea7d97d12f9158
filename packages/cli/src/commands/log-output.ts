import { inert } from '../show/inert.ts'
import { type ShownLog, logText } from '../show/log-text.ts'
import type { LokiStream } from './loki-api.ts'

export type LogOutput = 'pretty' | 'raw' | 'json'

/** A line with everything that was said of it. */
export interface ToldLog extends ShownLog {
  readonly metadata: Readonly<Record<string, string>>
}

/** Lines of an answer in one list; `order` 1 sorts the oldest first. */
export function toldLogs(streams: readonly LokiStream[], order: 1 | -1): ToldLog[] {
  return streams
    .flatMap(({ stream, values }) =>
      values.map(([ns, line, beside = {}]): ToldLog => {
        const { structuredMetadata = {}, parsed = {} } = beside
        const metadata = { ...structuredMetadata, ...parsed }
        const level = metadata['detected_level'] ?? stream['level'] ?? 'unknown'
        return { timeNs: BigInt(ns), level, labels: stream, line, metadata }
      }),
    )
    .toSorted((a, b) => (a.timeNs === b.timeNs ? 0 : a.timeNs < b.timeNs ? -order : order))
}

/** Prints lines of log; what goes to a terminal is inert, what goes elsewhere is as it came. */
export function printLog(log: ToldLog, output: LogOutput): void {
  process.stdout.write(`${outputText(log, output, process.stdout.isTTY)}\n`)
}

export function outputText(log: ToldLog, output: LogOutput, isTerminal: boolean): string {
  switch (output) {
    case 'raw':
      return isTerminal ? log.line.split('\n').map(inert).join('\n') : log.line
    case 'json': {
      const { timeNs, labels, metadata, line } = log
      const time = new Date(Number(timeNs / 1_000_000n)).toISOString()
      return JSON.stringify({ time, timeNs: String(timeNs), labels, metadata, line })
    }
    case 'pretty':
      return logText(log, isTerminal && process.env['NO_COLOR'] === undefined)
    default:
      return output satisfies never
  }
}

/** `weir logs search … | head` is no mistake: when nobody reads any more, there is nothing left to do. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
}
