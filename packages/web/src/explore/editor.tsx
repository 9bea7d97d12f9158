import { PromQLExtension } from '@prometheus-io/codemirror-promql'
import { type EditorLanguage, QueryEditor } from './query-editor.tsx'

/** A PromQL editor that completes and checks against the server. */
export function Editor(props: {
  readonly value: string
  readonly onChange: (text: string) => void
  readonly onRun: (text: string) => void
}): React.JSX.Element {
  return (
    <QueryEditor
      {...props}
      label="PromQL expression"
      // Short, so that it takes one line on a phone: a second one would push down the page when the editor comes.
      placeholder="For example rate(orders_total[5m])"
      language={promql}
    />
  )
}

function promql(): EditorLanguage {
  const made = new PromQLExtension().setComplete({
    remote: { url: '', httpMethod: 'GET', cache: { maxAge: 60_000 } },
  })
  return { extension: made.asExtension(), close: () => made.destroy() }
}
