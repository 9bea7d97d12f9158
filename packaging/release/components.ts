/** What of other people's is in a release: bundled, part of the page, or installed beside it. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'
import { ROOT } from '../npm/bundle.ts'
import { manifest } from '../npm/lay-out.ts'
import { type Lock, closureOf, pinned } from '../npm/pinned.ts'

export interface Component {
  readonly name: string
  readonly version: string
  /** An SPDX expression; '' when nobody says. */
  readonly license: string
  /** `sha512-…` of its archive; '' for parts of other systems that the lock lists without. */
  readonly integrity: string
  /** How it comes: inside a file of ours, inside the page, or as a package of its own. */
  readonly how: 'bundled' | 'page' | 'installed'
  /** Where it lies in the checkout; it may be missing there. */
  readonly path: string
}

/** What the page is built with and what is not in it. */
const BUILDERS = new Set(['vite', '@vitejs/plugin-react', '@types/react', '@types/react-dom'])

/** Names that no lock and no manifest give as an SPDX expression. */
const KNOWN: Readonly<Record<string, string>> = {
  // "SEE LICENSE IN README.md AND LICENSE": the fonts of Bitstream, changes in the public domain.
  'dejavu-fonts-ttf': 'Bitstream-Vera',
}

export function componentsOf(made: Metafile): Component[] {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock
  const web = JSON.parse(readFileSync(join(ROOT, 'packages/web/package.json'), 'utf8')) as {
    readonly devDependencies: Readonly<Record<string, string>>
  }
  const onPage = Object.keys(web.devDependencies).filter(
    (name) => !BUILDERS.has(name) && !name.startsWith('@weir/'),
  )
  const bundled = Object.keys(made.inputs).flatMap((input) => {
    const [, path] = /^((?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input) ?? []
    return path === undefined ? [] : [path]
  })
  const found = new Map<string, Component>()
  const add = (how: Component['how'], paths: Iterable<string>): void => {
    for (const path of paths) {
      if (path !== '' && !found.has(path)) found.set(path, componentAt(path, how, lock))
    }
  }
  add('installed', Object.keys(pinned(manifest(), lock).packages))
  add('bundled', bundled)
  add('page', closureOf(onPage, lock, 'packages/web').keys())
  return [...found.values()].toSorted((a, b) =>
    `${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1,
  )
}

function componentAt(path: string, how: Component['how'], lock: Lock): Component {
  const { version = '', license = '', integrity = '' } = lock.packages[path] ?? {}
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
  // A compiled part for another system, which npm did not look at here, is its parent's.
  const said = KNOWN[name] ?? (license === '' ? parentLicense(name, lock) : license)
  return { name, version, license: said, integrity, how, path }
}

function parentLicense(name: string, lock: Lock): string {
  const parent = Object.values(lock.packages).find(
    ({ optionalDependencies }) => optionalDependencies?.[name] !== undefined,
  )
  return parent?.license ?? ''
}

/** The texts that come with a component, by their file names. */
export function licenseTexts({ path }: Component): Map<string, string> {
  const folder = join(ROOT, path)
  const names = existsSync(folder) ? readdirSync(folder) : []
  const files = names.filter((name) => /^(licen[cs]e|copying|notice)/i.test(name)).toSorted()
  return new Map(files.map((name) => [name, readFileSync(join(folder, name), 'utf8').trim()]))
}
