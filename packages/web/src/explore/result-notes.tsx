import { FailureNote } from '../frame/failure-note.tsx'
import { readQueryError } from './query-error.ts'
import { RequestError } from '../api/client.ts'

/** What Weir said about a query besides its result: a refusal with its place, or warnings. */
export function ResultNotes(props: {
  readonly error: Error | null
  readonly expr: string
  readonly warnings: readonly string[]
  readonly infos: readonly string[]
}): React.JSX.Element | null {
  const { error, expr, warnings, infos } = props
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
  return (
    <>
      <Said tone="warning" texts={warnings} />
      <Said tone="quiet" texts={infos} />
    </>
  )
}

function Said(props: {
  readonly tone: 'warning' | 'quiet'
  readonly texts: readonly string[]
}): React.JSX.Element | null {
  const { tone, texts } = props
  if (texts.length === 0) return null
  return (
    <div className="note" data-tone={tone}>
      {texts.map((text) => (
        <div key={text}>{text.replace(/^PromQL (warning|info): /, '')}</div>
      ))}
    </div>
  )
}
