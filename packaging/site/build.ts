/**
 * Builds the documentation as a site: plain files in packaging/dist/site, for any server of files.
 *
 *   npm run docs:build
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { weirsOwnApi } from './own-api.ts'
import { type OpenApi, apiPage } from './api-page.ts'
import { NOWHERE, home } from './home.ts'
import { render, sectionsOf } from './markdown.ts'
import { type Page, document } from './page.ts'
import { UNLISTED, menuOf } from './nav.ts'
import { type Source, resolve, sources } from './pages.ts'

const HERE = import.meta.dirname
const ROOT = join(HERE, '../..')
const PLEX = 'node_modules/@fontsource-variable/ibm-plex-sans/files'
const ASSETS = [
  ['packaging/site/site.css', 'site.css'],
  ['packaging/site/site.js', 'site.js'],
  ['packages/web/public/weir.svg', 'weir.svg'],
  ['docs/weir.schema.json', 'weir.schema.json'],
  ['docs/pack.schema.json', 'pack.schema.json'],
  [`${PLEX}/ibm-plex-sans-latin-wght-normal.woff2`, 'sans.woff2'],
  [
    'node_modules/@fontsource/ibm-plex-mono/files/ibm-plex-mono-latin-400-normal.woff2',
    'mono.woff2',
  ],
] as const

/** Letters of a section that the search looks through. */
const SEARCHED_MAX = 600

/** Writes the site of these pages and this API into `folder`; gives the paths of its pages. */
export function buildSite(folder: string, api: OpenApi): string[] {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const [from, to] of ASSETS) cpSync(join(ROOT, from), join(folder, to))
  const all: Source[] = [
    ...sources(),
    { path: 'http-paths', from: 'http-paths', text: apiPage(api) },
  ]
  const pages: Page[] = all.map((source) => {
    const { title, html, headings } = render(source.text, (href) => linked(href, source, all))
    const { path, parent } = source
    return { path, title, html, headings, ...(parent === undefined ? {} : { parent }) }
  })
  const menu = menuOf(all.filter(({ parent }) => parent === undefined).map(({ path }) => path))
  for (const page of [home(pages, menu), ...pages]) {
    const file = join(folder, `${page.path}.html`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, document(page, pages, menu))
  }
  // It is shown under any address, so nothing on it can be relative.
  const nowhere = document(NOWHERE, pages, menu)
    .replaceAll(/ (href|src)="(?![#/])/g, ' $1="/')
    .replace('data-root="."', 'data-root=""')
  writeFileSync(join(folder, '404.html'), nowhere)
  const index = all.flatMap((source) =>
    sectionsOf(source.text).map(({ heading, text }, at) => {
      const page = pages.find(({ path }) => path === source.path)!
      const { id = '' } = page.headings[at] ?? {}
      const anchor = at === 0 ? '' : `#${id}`
      const weight = UNLISTED.some((folder) => source.path.startsWith(folder)) ? 0 : 1
      return [
        page.title,
        heading,
        `${source.path}.html${anchor}`,
        text.slice(0, SEARCHED_MAX),
        weight,
      ]
    }),
  )
  writeFileSync(join(folder, 'search-index.js'), `window.weirSearch=${JSON.stringify(index)}\n`)
  return ['index', ...pages.map(({ path }) => path)]
}

function linked(href: string, source: Source, all: readonly Source[]): string | undefined {
  if (href.endsWith('.schema.json')) return href
  return resolve(href, source, all)
}

if (process.argv[1] === import.meta.filename) {
  const folder = join(ROOT, 'packaging/dist/site')
  const pages = buildSite(folder, await weirsOwnApi())
  console.log(`${pages.length} pages in packaging/dist/site`)
}
