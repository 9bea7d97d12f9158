import { Component, type ReactNode } from 'react'

/** Keeps a panel that breaks from taking the board along. */
export class PanelGuard extends Component<
  { readonly title: string; readonly children: ReactNode },
  { readonly error: Error | undefined }
> {
  override state: { readonly error: Error | undefined } = { error: undefined }

  static getDerivedStateFromError(error: unknown): { readonly error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return (
      <div className="panel-say" data-tone="error" role="alert">
        <p>This panel cannot be drawn: {error.message}</p>
        <button
          type="button"
          className="link-button"
          onClick={() => this.setState({ error: undefined })}
        >
          Try again
        </button>
      </div>
    )
  }
}
