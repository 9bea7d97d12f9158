import type { LogContextView, LogLineView } from '@weir/packs'
import { ask } from '../api/client.ts'
import { type LogLine, linesOf } from './lines/line.ts'

/** What stands around a line in its stream, oldest first. */
export interface LinesAround {
  readonly before: readonly LogLine[]
  readonly line: LogLine
  readonly after: readonly LogLine[]
}

/** Asks for the neighbours of a line. @throws {RequestError} */
export async function askContext(
  line: LogLine,
  wanted: { readonly before: number; readonly after: number },
): Promise<LinesAround> {
  const { before, after } = await ask<LogContextView>(
    '/api/weir/v1/logs/context',
    new URLSearchParams({
      labels: JSON.stringify(line.labels),
      time: line.timeNs,
      line: line.text,
      before: String(wanted.before),
      after: String(wanted.after),
    }),
  )
  const asLine = ({ timeNs, level, line: text, metadata }: LogLineView): LogLine =>
    linesOf(
      [
        {
          stream: line.labels,
          values: [[timeNs, text, { structuredMetadata: { ...metadata, detected_level: level } }]],
        },
      ],
      'oldest',
    )[0]!
  // The line itself is shown as the list has it: a query may have given it another text.
  return { before: before.map(asLine), line, after: after.map(asLine) }
}
