import { Button } from '@mantine/core'
import type { ErrorComponentProps } from '@tanstack/react-router'

/** Stands in for a page that broke; the frame around it keeps working. */
export function PageFailed({ error, reset }: ErrorComponentProps): React.JSX.Element {
  return (
    <div className="empty" role="alert">
      <h1>This page broke</h1>
      <p>
        That is a mistake in Weir, not in your data:{' '}
        <code>{error instanceof Error ? error.message : String(error)}</code>
      </p>
      <Button onClick={reset}>Try again</Button>
    </div>
  )
}

/** For addresses that lead nowhere. */
export function NotFound(): React.JSX.Element {
  return (
    <div className="empty">
      <h1>Nothing is here</h1>
      <p>The address may be mistyped, or the page has moved.</p>
      <a href="/">To the overview</a>
    </div>
  )
}
