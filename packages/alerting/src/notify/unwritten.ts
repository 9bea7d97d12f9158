import { type Outcome, refused, retryLater } from './outcome.ts'

/** A message that cannot be written: a file may be there or readable later, anything else stays as it is. */
export function unwritten(what: string, cause: unknown): Outcome {
  const error = cause as Error
  const why = `Cannot notify by ${what}: the message cannot be written: ${error.message}`
  return isFileTrouble(error) ? retryLater(why) : refused(why)
}

function isFileTrouble(error: Error): boolean {
  return 'syscall' in error
}
