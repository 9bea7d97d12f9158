import { copyFileSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Source } from './write-archive.ts'

/** Who has what of a data directory while Weir runs; each copies or links its own. */
export interface Keepers {
  /** Makes a copy of the tables with their windows; gives its folder, which the asker removes. */
  stageStore(): Promise<string>
  /** Gives files of lines second names in a folder; says how long those are that grow. */
  linkLogs(into: string): Promise<ReadonlyMap<string, number>>
  copyStatsdState(into: string): Promise<void>
}

/** A copy that lies beside what it is of, until it is disposed of. */
export interface Stage extends Disposable {
  readonly sources: readonly Source[]
}

/** What is no data: locks, what is being written, copies, and files in which there was damage. */
const NO_DATA =
  /^(weir\.lock(\..*)?|weir\.mdb-lock|snapshots|ballast|smaller|damaged(-.*)?|.*\.(tmp|unfinished)|export-.*\.parquet)$/

/** What has a keeper of its own. */
const KEPT: ReadonlySet<string> = new Set(['weir.mdb', 'windows', 'logs', 'statsd'])

/**
 * Copies a data directory that is in use, into a folder in it: mostly second names for files that never
 * change. All that was acknowledged when this was called is in it.
 *
 * The store first: what is kept of StatsD may be ahead of the samples, never behind.
 *
 * @throws {WeirError} `STORAGE_FULL`, `STORAGE_FAILED`
 */
export async function stageDirectory(dataDir: string, keepers: Keepers): Promise<Stage> {
  const folder = await keepers.stageStore()
  try {
    await keepers.copyStatsdState(join(folder, 'statsd'))
    const growing = await keepers.linkLogs(join(folder, 'logs'))
    // Others' files are few and small, and are only ever added to or replaced.
    for (const { path, file } of sourcesIn(dataDir, KEPT)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      copyIfThere(file, join(folder, path))
    }
    const lengths = new Map([...growing].map(([name, bytes]) => [`logs/${name}`, bytes]))
    const sources = sourcesIn(folder).map((source) => ({
      ...source,
      bytes: lengths.get(source.path) ?? source.bytes,
    }))
    return { sources, [Symbol.dispose]: () => remove(folder) }
  } catch (error) {
    remove(folder)
    throw error
  }
}

/** What was replaced or removed since it was listed is no more to be kept. */
function copyIfThere(file: string, to: string): void {
  try {
    copyFileSync(file, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}

/** The files of a data directory that hold data, by path. */
export function sourcesIn(dataDir: string, leftOut: ReadonlySet<string> = new Set()): Source[] {
  const found: Source[] = []
  const walk = (folder: string, above: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = above + entry.name
      if (NO_DATA.test(entry.name) || leftOut.has(path)) continue
      const file = join(folder, entry.name)
      if (entry.isDirectory()) walk(file, `${path}/`)
      else if (entry.isFile()) {
        const { size, mtimeMs } = lstatSync(file)
        found.push({ path, file, bytes: size, mtimeMs })
      }
    }
  }
  walk(dataDir, '')
  return found.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}
