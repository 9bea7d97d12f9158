import { Button } from '@mantine/core'
import { RequestError } from '../api/client.ts'

/** What went wrong, and a way on. */
export function FailureNote(props: {
  readonly error: Error
  readonly retry?: () => void
}): React.JSX.Element {
  const { error, retry } = props
  const failure = error instanceof RequestError ? error.failure : undefined
  if (failure?.kind === 'refused' && failure.code === 'ACCESS_DENIED') {
    const scope = /want the scope (\w+)/.exec(failure.message)?.[1] ?? ''
    return (
      <div className="note" role="alert">
        You may not do this: it wants the scope <b>{scope}</b>. Ask somebody who has <b>admin</b>.
      </div>
    )
  }
  const what =
    failure?.kind === 'unreachable'
      ? 'Weir does not answer. The page tries again by itself.'
      : error.message
  return (
    <div className="note" data-tone="error" role="alert">
      {what}{' '}
      {retry === undefined ? null : (
        <Button size="compact-sm" variant="default" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  )
}
