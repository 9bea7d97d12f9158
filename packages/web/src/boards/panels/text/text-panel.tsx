import { useMemo } from 'react'
import type { PanelProps } from '../panel-props.ts'
import { textHtml } from './text-html.ts'
import '../panels.css'

/** Words: Markdown, HTML, or code as it is. */
export function TextPanel({ panel, text }: PanelProps): React.JSX.Element {
  const { content, mode } = panel.options
  const kind = typeof mode === 'string' ? mode : 'markdown'
  const filled = text(
    typeof content === 'string' ? content : '',
    kind === 'code' ? undefined : 'html',
  )
  const html = useMemo(() => (kind === 'code' ? '' : textHtml(filled, kind)), [filled, kind])
  if (kind === 'code') {
    return (
      <pre className="text-code" tabIndex={0}>
        {filled}
      </pre>
    )
  }
  // The HTML went through DOMPurify: nothing in it runs, nothing leaves the panel.
  return (
    <div
      className="text-panel"
      tabIndex={0}
      role="region"
      aria-label={panel.title === '' ? 'Text' : text(panel.title)}
      dangerouslySetInnerHTML={{ __html: html }}
    />
  )
}
