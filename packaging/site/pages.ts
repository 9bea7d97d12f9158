import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { SPLIT } from './nav.ts'
import { anchorOf } from './markdown.ts'

const DOCS = join(import.meta.dirname, '../../docs')

/** A page of the site before it is rendered. */
export interface Source {
  /** Where it lies, without its ending: `packs/airflow`. */
  readonly path: string
  /** The file of docs/ that it is from, and against which its links are read. */
  readonly from: string
  readonly text: string
  /** The page that it is a part of, in the menu. */
  readonly parent?: string
}

/** All pages of docs/, those that are split in their parts. */
export function sources(): Source[] {
  const files = readdirSync(DOCS, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.replace(/\.md$/, ''))
    .toSorted()
  const inside = files.flatMap((path) => {
    const text = readFileSync(join(DOCS, `${path}.md`), 'utf8')
    return SPLIT[path] === undefined ? [{ path, from: path, text }] : split(path, text, SPLIT[path])
  })
  const beside = Object.entries(BESIDE).map(([path, from]) => ({
    path,
    from,
    text: readFileSync(join(DOCS, `${from}.md`), 'utf8'),
  }))
  return [...inside, ...beside]
}

/** Files that lie beside docs/, where people look for them in a repository. */
const BESIDE: Readonly<Record<string, string>> = {
  changes: '../CHANGELOG',
  'report-a-weakness': '../SECURITY',
}

/** The page up to a section, with links to what follows; each section from there on a page. */
function split(path: string, text: string, first: string): Source[] {
  const parts = text.split(/^(?=## )/m)
  const at = parts.findIndex((part) => part.startsWith(`## ${first}\n`))
  if (at < 0) throw new Error(`Cannot split docs/${path}.md: it has no section ${first}`)
  const pages = parts.slice(at).map((part) => {
    const [, title = ''] = /^## (.*)$/m.exec(part)!
    const raised = part.replaceAll(/^##(#*) /gm, '#$1 ')
    return { path: `${path}/${anchorOf(title)}`, from: path, text: raised, parent: path }
  })
  const list = pages.map((page) => `- [${titleOf(page.text)}](#${posix.basename(page.path)})`)
  const head = `${parts.slice(0, at).join('')}\n## All of them\n\n${list.join('\n')}\n`
  return [{ path, from: path, text: head }, ...pages]
}

const titleOf = (text: string): string => (/^# (.*)$/m.exec(text)?.[1] ?? '').replaceAll('`', '')

/**
 * Where a link of docs/ leads on the site, seen from `page`; undefined for files that are not part of it.
 *
 * @throws Error for a link to a page that is not there
 */
export function resolve(href: string, page: Source, all: readonly Source[]): string | undefined {
  if (/^[a-z]+:/.test(href)) return href
  const [file = '', anchor] = href.split('#')
  const target = file === '' ? page.from : posix.join(posix.dirname(page.from), file)
  const path = target.replace(/^\.\.\/docs\//, '').replace(/\.md$/, '')
  const part = all.find((each) => each.from === path && each.path === `${path}/${anchor ?? ''}`)
  const parts = all.filter((each) => each.from === path)
  const holder = parts.find(({ text }) => anchor !== undefined && hasAnchor(text, anchor))
  const found = part ?? holder ?? parts[0]
  if (found === undefined) {
    if (existsSync(join(DOCS, target)) && (!file.endsWith('.md') || target.startsWith('..'))) {
      return undefined
    }
    throw new Error(`Cannot follow ${href} of docs/${page.from}.md: there is no such page`)
  }
  const hash = anchor === undefined || part !== undefined ? '' : `#${anchor}`
  if (found.path === page.path) return hash === '' ? `${posix.basename(found.path)}.html` : hash
  return `${relativePath(page.path, found.path)}.html${hash}`
}

function hasAnchor(text: string, anchor: string): boolean {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!))
  return headings.includes(anchor) || text.includes(`<a id="${anchor}">`)
}

/** From the folder of one page to another: `../statsd`. */
export function relativePath(from: string, to: string): string {
  return posix.join(posix.relative(dirname(from), dirname(to)), posix.basename(to))
}
