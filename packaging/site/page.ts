import { escaped } from './escaped.ts'
import type { Heading } from './markdown.ts'
import type { Section } from './nav.ts'
import { relativePath } from './pages.ts'

export interface Page {
  readonly path: string
  readonly title: string
  readonly html: string
  readonly headings: readonly Heading[]
  readonly parent?: string
}

/** Nothing comes from elsewhere, and the page says so to the browser. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'"

/** A whole page: menu, text, what is on it, what comes before and after. */
export function document(page: Page, all: readonly Page[], sections: readonly Section[]): string {
  const order = sections.flatMap(({ pages }) =>
    pages.flatMap((path) => [
      path,
      ...all.filter(({ parent }) => parent === path).map((each) => each.path),
    ]),
  )
  const to = (path: string): string => relativePath(page.path, path)
  const title = page.path === 'index' ? 'Weir' : `${page.title} · Weir`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${escaped(title)}</title>
<meta name="color-scheme" content="light dark">
<link rel="icon" href="${to('weir.svg')}">
<link rel="stylesheet" href="${to('site.css')}">
<script src="${to('site.js')}" data-root="${to('.')}"></script>
</head>
<body>
<a class="skip" href="#text">Skip to the text</a>
<header>
<a class="brand" href="${to('index')}.html"><img src="${to('weir.svg')}" width="26" height="26" alt="">Weir</a>
<div class="search" role="search"><input id="search" type="search" placeholder="Search" aria-label="Search the documentation" autocomplete="off" spellcheck="false" aria-controls="found" aria-expanded="false" role="combobox"><kbd>/</kbd><ul id="found" role="listbox" hidden></ul></div>
<button id="scheme" type="button" aria-label="Light or dark">◐</button>
</header>
<div class="frame">
<nav aria-label="Pages"><details class="menu"><summary>All pages</summary>${menu(page, all, sections)}</details></nav>
<main id="text">${page.html}${neighbours(page, all, order)}</main>
${onThisPage(page)}
</div>
</body>
</html>
`
}

function menu(page: Page, all: readonly Page[], sections: readonly Section[]): string {
  const here = page.parent ?? page.path
  const shown = sections.map(({ title, pages }) => {
    const items = pages.map((path) => {
      const inside = all.filter(({ parent }) => parent === path)
      const isOpen = here === path && inside.length > 0
      const parts = isOpen ? `<ul>${inside.map((part) => item(part, page)).join('')}</ul>` : ''
      return item(
        all.find((each) => each.path === path)!,
        page,
        parts,
      )
    })
    return `<section><h2>${escaped(title)}</h2><ul>${items.join('')}</ul></section>`
  })
  return shown.join('')
}

function item(target: Page, page: Page, inside = ''): string {
  const current = target.path === page.path ? ' aria-current="page"' : ''
  const href = `${relativePath(page.path, target.path)}.html`
  const [label = ''] = target.title.split(': ') // what comes behind is for the page itself
  return `<li><a href="${href}"${current}>${escaped(label)}</a>${inside}</li>`
}

/** More of them are no overview: then only the larger ones are listed. */
const ASIDE_MAX = 40

function onThisPage({ headings }: Page): string {
  const inner = headings.filter(({ level }) => level === 2 || level === 3)
  const shown = inner.length > ASIDE_MAX ? inner.filter(({ level }) => level === 2) : inner
  if (shown.length < 2) return '<aside></aside>'
  const items = shown.map(
    ({ level, id, text }) =>
      `<li class="level-${level}"><a href="#${id}">${escaped(text)}</a></li>`,
  )
  return `<aside aria-label="On this page"><h2>On this page</h2><ul>${items.join('')}</ul></aside>`
}

function neighbours(page: Page, all: readonly Page[], order: readonly string[]): string {
  const at = order.indexOf(page.path)
  const link = (path: string | undefined, word: string): string => {
    const target = all.find((each) => each.path === path)
    if (target === undefined) return '<span></span>'
    const href = `${relativePath(page.path, target.path)}.html`
    return `<a href="${href}"><small>${word}</small>${escaped(target.title)}</a>`
  }
  if (at < 0) return ''
  return `<div class="neighbours">${link(order[at - 1], 'Before')}${link(order[at + 1], 'Next')}</div>`
}
