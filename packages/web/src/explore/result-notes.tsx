import { FailureNote } from '../frame/failure-note.tsx'
import { readQueryError } from './query-error.ts'
import { RequestError } from '../api/client.ts'

/** What Weir said about a query besides its result: a refusal with its place, or warnings. */
export function ResultNotes(props: {
  readonly error: Error | null
  readonly expr: string
  readonly warnings: readonly string[]
}): React.JSX.Element | null {
  const { error, expr, warnings } = props
  if (error instanceof RequestError && error.failure.kind === 'refused') {
    const { message, marked } = readQueryError(error.message, expr)
    return (
      <div className="note" data-tone="error" role="alert">
        {message}
        {marked === undefined ? null : <pre>{marked}</pre>}
      </div>
    )
  }
  if (error !== null) return <FailureNote error={error} />
  if (warnings.length === 0) return null
  return (
    <div className="note">
      {warnings.map((warning) => (
        <div key={warning}>{warning}</div>
      ))}
    </div>
  )
}
