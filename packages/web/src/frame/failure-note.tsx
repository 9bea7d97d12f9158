import { Button } from '@mantine/core'
import { RequestError } from '../api/client.ts'

/** What went wrong, and a way on. */
export function FailureNote(props: {
  readonly error: Error
  readonly retry?: () => void
}): React.JSX.Element {
  const { error, retry } = props
  const what =
    error instanceof RequestError && error.failure.kind === 'unreachable'
      ? 'Weir does not answer. The page tries again by itself.'
      : error.message
  return (
    <div className="note" data-tone="error" role="alert">
      {what}
      {retry === undefined ? null : (
        <Button ml="md" size="compact-sm" variant="default" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  )
}
