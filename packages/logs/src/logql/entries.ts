import { Labels } from '@weir/model'
import { ERROR, ERROR_DETAILS, type LineState } from './pipeline/line-state.ts'
import type { LogEntry } from './result.ts'

/** A line that came through its pipeline, as an answer has it. */
export function entryOf(state: LineState): LogEntry {
  const stream: string[] = []
  const metadata: string[] = []
  const parsed: string[] = []
  const unchanged = state.unchangedStream
  state.each((name, value, category) => {
    if (category === 'stream') {
      if (unchanged === undefined) stream.push(name, value)
    } else {
      ;(category === 'metadata' ? metadata : parsed).push(name, value)
    }
  })
  if (state.error !== '') parsed.push(ERROR, state.error)
  if (state.errorDetails !== '') parsed.push(ERROR_DETAILS, state.errorDetails)
  return {
    timeNs: state.timeNs,
    line: state.line,
    stream: unchanged ?? Labels.fromFlat(stream),
    metadata: Labels.fromFlat(metadata),
    parsed: Labels.fromFlat(parsed),
  }
}
