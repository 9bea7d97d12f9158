import { Marked, type Tokens } from 'marked'
import { escaped } from './escaped.ts'
import { highlighted } from './highlight.ts'

/** A heading on a page, for the list beside it and for the search. */
export interface Heading {
  readonly level: number
  readonly text: string
  readonly id: string
}

export interface Rendered {
  readonly title: string
  readonly html: string
  readonly headings: readonly Heading[]
}

/** As the pages' own tests make anchors of headings. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

/**
 * Markdown as HTML. Pages are our own, so what they hold of HTML stays; `link` says where a link of the
 * source leads on the site, or that it leads nowhere.
 */
export function render(source: string, link: (href: string) => string | undefined): Rendered {
  const headings: Heading[] = []
  const taken = new Map<string, number>()
  const marked = new Marked({ async: false, gfm: true })
  marked.use({
    renderer: {
      heading(html: string, level: number, raw: string) {
        const text = plain(raw)
        const base = anchorOf(text)
        const count = taken.get(base) ?? 0
        taken.set(base, count + 1)
        const id = count === 0 ? base : `${base}-${count}`
        headings.push({ level, text, id })
        const anchor = `<a class="anchor" href="#${id}" aria-label="Link to ${escaped(text)}">#</a>`
        return `<h${level} id="${id}">${html}${level === 1 ? '' : anchor}</h${level}>\n`
      },
      link(href: string, _title: string | null | undefined, text: string) {
        const target = link(href)
        if (target === undefined) return `<span class="file">${text}</span>`
        return `<a href="${escaped(target)}">${text}</a>`
      },
      table(header: string, body: string) {
        return `<div class="wide" tabindex="0" role="group" aria-label="Table"><table><thead>${header}</thead><tbody>${body}</tbody></table></div>\n`
      },
      code(text: string, language: string | undefined) {
        const name = (language ?? '').split(' ')[0]!
        return `<pre tabindex="0"><code>${highlighted(text, name)}</code></pre>\n`
      },
    },
  })
  const html = marked.parse(source) as string
  return { title: headings.find(({ level }) => level === 1)?.text ?? '', html, headings }
}

/** A heading without its marks: code, emphasis, links, and what Markdown has escaped. */
function plain(raw: string): string {
  return raw
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[`*]/g, '')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
}

/** The text of each section, for the search. */
export function sectionsOf(source: string): { heading: string; text: string }[] {
  const sections: { heading: string; text: string }[] = []
  for (const token of new Marked().lexer(source)) {
    if (token.type === 'heading') {
      const { text } = token as Tokens.Heading
      sections.push({ heading: plain(text), text: '' })
      continue
    }
    const last = sections.at(-1)
    if (last !== undefined) last.text += ` ${token.raw}`
  }
  return sections.map(({ heading, text }) => ({
    heading,
    text: text
      .replaceAll(/\]\([^)]*\)|[`*|#[\]]|-{3,}/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  }))
}
