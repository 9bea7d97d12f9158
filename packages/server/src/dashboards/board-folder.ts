import { randomBytes } from 'node:crypto'
import type { Dirent } from 'node:fs'
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
  /** Which file, size and times, that of the inode too, which nobody can set; a file that still has them is not read again. */
  readonly mark: string
  readonly found: BoardFile | FileProblem
}

/** Folders in folders that are looked through. */
const DEPTH_MAX = 8

/** What was listed: files to look at, and folders that could not be listed. */
interface Listed {
  readonly paths: string[]
  readonly problems: FileProblem[]
}

/**
 * The directory of dashboards: one file each, subdirectories are folders. Read, never locked: people and git
 * write there too. Files are replaced whole, so that nobody ever reads half of one. Names that begin with a
 * dot are not looked at, links to directories are not followed, and nothing outside is read or written.
 *
 * A directory that is not there, or that has nothing in it at all, while dashboards of it are known is most
 * likely a volume that is not mounted: it is not made again, and says nothing of the dashboards.
 */
export class BoardFolder {
  readonly #root: string
  readonly #limits: { readonly max_bytes: number; readonly max_count: number }
  readonly #keptCount: () => number
  readonly #known = new Map<string, Known>()

  /** @param keptCount how many dashboards are known to have a file in here */
  constructor(
    root: string,
    limits: { readonly max_bytes: number; readonly max_count: number },
    keptCount: () => number,
  ) {
    this.#root = root
    this.#limits = limits
    this.#keptCount = keptCount
  }

  /**
   * All that is there now; only what changed since is read.
   *
   * @throws {WeirError} `DASHBOARD_NOT_READ` when that tells nothing of what was there
   */
  async scan(): Promise<FolderScan> {
    const root = await this.#openRoot()
    const { paths, problems } = await this.#list(root)
    const gone = new Set(this.#known.keys())
    for (const path of paths) {
      gone.delete(path)
      await this.#look(root, path)
    }
    for (const path of gone) this.#known.delete(path)
    const found = sorted([...this.#known.values()].map((known) => known.found))
    return { ...found, problems: [...problems, ...found.problems] }
  }

  /** The real directory; made when nothing is lost by that. */
  async #openRoot(): Promise<string> {
    try {
      if (this.#keptCount() === 0) await mkdir(this.#root, { recursive: true })
      return await realpath(this.#root)
    } catch (cause) {
      throw notRead(whyOf(cause), cause)
    }
  }

  async #list(root: string): Promise<Listed> {
    const listed: Listed = { paths: [], problems: [] }
    await this.#listInto(listed, root, '', await this.#entries(root))
    return listed
  }

  /** What lies in the directory itself, names with dots too. */
  async #entries(root: string): Promise<Dirent[]> {
    let entries
    try {
      entries = await readdir(root, { withFileTypes: true })
    } catch (cause) {
      throw notRead(whyOf(cause), cause)
    }
    const count = this.#keptCount()
    // The last file may well have been deleted by somebody; of many, none is left by accident only.
    if (entries.length === 0 && count > 1) throw notRead(`it is empty, and had ${count} dashboards`)
    return entries
  }

  async #listInto(
    listed: Listed,
    root: string,
    folder: string,
    entries: readonly Dirent[],
  ): Promise<void> {
    const depth = folder === '' ? 0 : folder.split('/').length
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.')) continue
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory() && depth < DEPTH_MAX) {
        try {
          const inner = await readdir(join(root, path), { withFileTypes: true })
          await this.#listInto(listed, root, path, inner)
        } catch (cause) {
          // What is in it stays as it was.
          listed.problems.push({ file: `${path}/`, what: whyOf(cause) })
        }
      } else if (entry.name.endsWith('.json') && !entry.isDirectory()) {
        listed.paths.push(path)
      }
    }
  }

  async #look(root: string, path: string): Promise<void> {
    try {
      const facts = await stat(join(root, path))
      const { size, mtimeMs, ctimeMs, ino } = facts
      const mark = `${size} ${mtimeMs} ${ctimeMs} ${ino}`
      if (this.#known.get(path)?.mark === mark) return
      const whole = await insideOf(root, join(root, path))
      const found = facts.isFile()
        ? await this.#read(whole, { path, size, changedMs: Math.round(mtimeMs) })
        : { file: path, what: 'it is not a plain file' }
      this.#known.set(path, { mark, found })
    } catch (error) {
      // Gone between two looks, or not ours to read.
      this.#known.set(path, { mark: '', found: { file: path, what: whyOf(error) } })
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
    const text = textIn(await readFile(whole))
    let document: unknown
    try {
      document = JSON.parse(text)
    } catch (error) {
      return { file: path, what: text === '' ? 'it is empty' : (error as Error).message }
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
      return textIn(await readFile(await insideOf(root, join(root, path))))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  /** Replaces a file, or makes one. */
  async write(path: string, text: string): Promise<void> {
    const root = await this.#openFolder(path)
    const target = join(root, path)
    const part = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}`)
    try {
      await writeFile(part, text, { flag: 'wx' })
      await rename(part, target)
    } catch (cause) {
      await rm(part, { force: true }).catch(() => undefined)
      throw cannot('write', path, cause)
    }
    this.#known.delete(path)
  }

  async remove(path: string): Promise<void> {
    try {
      const root = await this.#openRoot()
      const folder = await insideOf(root, join(root, dirname(path)))
      await rm(join(folder, basename(path)), { force: true })
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cannot('delete', path, cause)
    }
    this.#known.delete(path)
  }

  /** The real directory, once the folder of a path is there and inside it. */
  async #openFolder(path: string): Promise<string> {
    const folder = dirname(path) === '.' ? '' : dirname(path)
    checkFolder(folder)
    try {
      const root = await this.#openRoot()
      await this.#entries(root)
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

/** Where a path really is. @throws when that is outside */
async function insideOf(root: string, path: string): Promise<string> {
  const real = await realpath(path)
  const below = relative(root, real)
  if (below === '..' || below.startsWith(`..${sep}`)) {
    throw new Error(LEADS_OUT)
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

/** As people write JSON: some editors put a mark before it that no JSON may begin with. */
function textIn(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/^\uFEFF/, '')
}

const LEADS_OUT = 'it leads out of the directory'

/** What the system says, in words, without the paths of this machine. */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'Weir may not read or write there',
  EPERM: 'Weir may not read or write there',
  EROFS: 'it is read-only',
  ENOENT: 'it is not there (any more)',
  ENOTDIR: 'there is a file where a folder should be',
  EEXIST: 'there is a file where a folder should be',
  EISDIR: 'there is a folder where the file should be',
  ELOOP: 'it is a link that leads to itself',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENAMETOOLONG: 'the name is too long',
}

function whyOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  return (code === undefined ? undefined : WORDS[code]) ?? message
}

function notRead(why: string, cause?: unknown): WeirError {
  const message = `Cannot look through dashboards.directory: ${why}; its dashboards stay as they were`
  return new WeirError('DASHBOARD_NOT_READ', message, { cause })
}

function cannot(what: string, path: string, cause: unknown): WeirError {
  if (cause instanceof WeirError && cause.code !== 'DASHBOARD_NOT_READ') return cause
  const why = cause instanceof WeirError ? cause.message : whyOf(cause)
  const message = `Cannot ${what} ${JSON.stringify(path)} in dashboards.directory: ${why}`
  return new WeirError('DASHBOARD_NOT_WRITTEN', message, { cause })
}
