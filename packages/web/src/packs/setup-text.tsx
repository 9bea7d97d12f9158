import { CodeBlock } from '../frame/code-block.tsx'

/** Prose of a pack: paragraphs, `code`, and fenced blocks; all else of Markdown is shown as it is written. */
export function SetupText({ text }: { readonly text: string }): React.JSX.Element {
  const parts = text.split(/^```\w*\n([\s\S]*?)^```$/m)
  return (
    <>
      {parts.map((part, i) =>
        i % 2 === 1 ? (
          <CodeBlock key={i} text={part.trimEnd()} />
        ) : (
          part
            .trim()
            .split(/\n{2,}/)
            .filter((paragraph) => paragraph !== '')
            .map((paragraph) => (
              <p className="runbook" key={paragraph}>
                {inline(paragraph)}
              </p>
            ))
        ),
      )}
    </>
  )
}

function inline(paragraph: string): React.ReactNode[] {
  return paragraph
    .split(/`([^`]+)`/)
    .map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))
}
