import { RequestError } from '../api/client.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { readLogqlError } from './query/logql-error.ts'

/** Why there is no answer; a refusal of the query with its place. */
export function QueryRefused(props: {
  readonly error: Error
  readonly query: string
  readonly retry?: () => void
}): React.JSX.Element {
  const { error, query, retry } = props
  if (!(error instanceof RequestError && error.failure.kind === 'refused')) {
    return <FailureNote error={error} {...(retry === undefined ? {} : { retry })} />
  }
  const { message, marked } = readLogqlError(error.message, query)
  return (
    <div className="note" data-tone="error" role="alert">
      {message}
      {marked === undefined ? null : <pre>{marked}</pre>}
    </div>
  )
}
