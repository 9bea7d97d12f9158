import type { LogEntry } from '../logql/result.ts'

/** Under which name a line's level stands beside it. */
export const LEVEL_NAME = 'detected_level'

/** The word for a line's level. */
export function levelOfLine({ stream, metadata }: LogEntry): string {
  return metadata.get(LEVEL_NAME) || stream.get(LEVEL_NAME) || 'unknown'
}
