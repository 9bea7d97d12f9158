import DOMPurify from 'dompurify'
import { marked } from 'marked'
import { useMemo } from 'react'

const TAGS = [
  'p',
  'br',
  'b',
  'strong',
  'i',
  'em',
  'code',
  'pre',
  'a',
  'ul',
  'ol',
  'li',
  'h1',
  'h2',
  'h3',
  'h4',
  'table',
  'thead',
  'tbody',
  'tr',
  'th',
  'td',
  'blockquote',
  'hr',
  'del',
]

/** Markdown from outside: a description. No pictures, no forms, nothing that runs. */
export function Markdown({ text }: { readonly text: string }): React.JSX.Element {
  const html = useMemo(() => {
    const made = marked.parse(text, { async: false })
    return DOMPurify.sanitize(made, { ALLOWED_TAGS: TAGS, ALLOWED_ATTR: ['href', 'title'] })
  }, [text])
  return <div className="markdown" dangerouslySetInnerHTML={{ __html: html }} />
}
