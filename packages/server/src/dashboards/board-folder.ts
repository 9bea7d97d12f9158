import { randomBytes } from 'node:crypto'
import { mkdir, readFile, readdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { WeirError } from '@weir/model'
import { checkFolder, hashOf, isObject, isUid, uidFor } from './document.ts'

/** A file that holds a dashboard. */
interface BoardFile {
  /** Below the directory, with slashes: `team/kafka.json`. */
  readonly path: string
  readonly uid: string
  readonly folder: string
  readonly hash: string
  readonly changedMs: number
}

/** A file that is no dashboard, and why. */
interface FileProblem {
  readonly file: string
  readonly what: string
}

export interface FolderScan {
  readonly files: readonly BoardFile[]
  readonly problems: readonly FileProblem[]
}

interface Known {
  /** Size and time; a file that still has them is not read again. */
  readonly mark: string
  readonly found: BoardFile | FileProblem
}

/** Folders in folders that are looked through. */
const DEPTH_MAX = 8

/**
 * The directory of dashboards: one file each, subdirectories are folders. Read, never locked: people and git
 * write there too. Files are replaced whole, so that nobody ever reads half of one. Names that begin with a
 * dot are not looked at, links to directories are not followed, and nothing outside is read or written.
 */
export class BoardFolder {
  readonly #root: string
  readonly #limits: { readonly max_bytes: number; readonly max_count: number }
  readonly #known = new Map<string, Known>()

  constructor(root: string, limits: { readonly max_bytes: number; readonly max_count: number }) {
    this.#root = root
    this.#limits = limits
  }

  /** All that is there now; only what changed since is read. @throws when the directory cannot be read */
  async scan(): Promise<FolderScan> {
    await mkdir(this.#root, { recursive: true })
    const root = await realpath(this.#root)
    const paths = await this.#paths(root, '', 0)
    const gone = new Set(this.#known.keys())
    for (const path of paths) {
      gone.delete(path)
      await this.#look(root, path)
    }
    for (const path of gone) this.#known.delete(path)
    return sorted([...this.#known.values()].map(({ found }) => found))
  }

  async #paths(root: string, folder: string, depth: number): Promise<string[]> {
    const paths: string[] = []
    const entries = await readdir(join(root, folder), { withFileTypes: true })
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.')) continue
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory() && depth < DEPTH_MAX) {
        paths.push(...(await this.#paths(root, path, depth + 1)))
      } else if (entry.name.endsWith('.json') && !entry.isDirectory()) {
        paths.push(path)
      }
    }
    return paths
  }

  async #look(root: string, path: string): Promise<void> {
    try {
      const whole = await insideOf(root, join(root, path))
      const { size, mtimeMs, isFile } = await factsOfFile(whole)
      const mark = `${size} ${mtimeMs}`
      if (this.#known.get(path)?.mark === mark) return
      const found = isFile
        ? await this.#read(whole, { path, size, changedMs: Math.round(mtimeMs) })
        : { file: path, what: 'it is not a plain file' }
      this.#known.set(path, { mark, found })
    } catch (error) {
      // Gone between two looks, or not ours to read.
      this.#known.set(path, { mark: '', found: { file: path, what: (error as Error).message } })
    }
  }

  async #read(
    whole: string,
    at: { readonly path: string; readonly size: number; readonly changedMs: number },
  ): Promise<BoardFile | FileProblem> {
    const { path, size, changedMs } = at
    if (size > this.#limits.max_bytes) {
      const what = `it has ${size} bytes, want at most ${this.#limits.max_bytes} (dashboards.max_bytes)`
      return { file: path, what }
    }
    const text = await readFile(whole, 'utf8')
    let document: unknown
    try {
      document = JSON.parse(text)
    } catch (error) {
      return { file: path, what: (error as Error).message }
    }
    if (!isObject(document) || !('panels' in document || 'rows' in document)) {
      return { file: path, what: 'it is JSON, but no dashboard: there are no panels' }
    }
    const uid = isUid(document['uid']) ? document['uid'] : uidFor(path)
    const folder = dirname(path) === '.' ? '' : dirname(path)
    return { path, uid, folder, hash: hashOf(text), changedMs }
  }

  /** The text of a file as it lies there; undefined when there is none. */
  async text(path: string): Promise<string | undefined> {
    try {
      const root = await realpath(this.#root)
      return await readFile(await insideOf(root, join(root, path)), 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  /** Replaces a file, or makes one. */
  async write(path: string, text: string): Promise<void> {
    const root = await this.#openRoot(path)
    const target = join(root, path)
    const part = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}`)
    try {
      await writeFile(part, text, { flag: 'wx' })
      await rename(part, target)
    } catch (cause) {
      await rm(part, { force: true })
      throw cannot('write', path, cause)
    }
    this.#known.delete(path)
  }

  async remove(path: string): Promise<void> {
    const root = await this.#openRoot(path)
    try {
      await rm(join(root, path), { force: true })
    } catch (cause) {
      throw cannot('delete', path, cause)
    }
    this.#known.delete(path)
  }

  /** The real directory, once the folder of a path is there and inside it. */
  async #openRoot(path: string): Promise<string> {
    const folder = dirname(path) === '.' ? '' : dirname(path)
    checkFolder(folder)
    try {
      await mkdir(this.#root, { recursive: true })
      const root = await realpath(this.#root)
      // Whoever could make a link in there could have us make folders elsewhere.
      let there = root
      for (const part of folder.split('/').filter((name) => name !== '')) {
        there = join(there, part)
        await mkdir(there, { recursive: true })
        await insideOf(root, there)
      }
      return root
    } catch (cause) {
      throw cannot('write', path, cause)
    }
  }

  /** A name for a new file that no other has. */
  freePath(folder: string, title: string, uid: string, taken: ReadonlySet<string>): string {
    const base = slugOf(title) || uid
    const names = [`${base}.json`, `${base}-${uid}.json`]
    const paths = names.map((name) => (folder === '' ? name : `${folder}/${name}`))
    const isFree = (path: string): boolean => !taken.has(path) && !this.#known.has(path)
    return paths.find(isFree) ?? paths[1]!
  }
}

async function factsOfFile(
  path: string,
): Promise<{ readonly size: number; readonly mtimeMs: number; readonly isFile: boolean }> {
  const facts = await stat(path)
  return { size: facts.size, mtimeMs: facts.mtimeMs, isFile: facts.isFile() }
}

/** Where a path really is. @throws when that is outside */
async function insideOf(root: string, path: string): Promise<string> {
  const real = await realpath(path)
  const below = relative(root, real)
  if (below === '..' || below.startsWith(`..${sep}`)) {
    throw new Error('it leads out of the directory')
  }
  return real
}

function sorted(found: readonly (BoardFile | FileProblem)[]): FolderScan {
  const files: BoardFile[] = []
  const problems: FileProblem[] = []
  for (const one of found) {
    if ('path' in one) files.push(one)
    else problems.push(one)
  }
  return { files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)), problems }
}

/** A title as a file name: `Kafka: lag (EU)` → `kafka-lag-eu`. */
function slugOf(title: string): string {
  return title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 80)
}

function cannot(what: string, path: string, cause: unknown): WeirError {
  if (cause instanceof WeirError) return cause
  const why = (cause as Error).message
  const message = `Cannot ${what} ${JSON.stringify(path)} in dashboards.directory: ${why}`
  return new WeirError('DASHBOARD_NOT_WRITTEN', message, { cause })
}
