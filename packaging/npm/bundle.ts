import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Metafile, build } from 'esbuild'

export const ROOT = join(import.meta.dirname, '../..')
const PACKAGES = join(ROOT, 'packages')

/**
 * What users install beside the bundle: whatever has compiled parts, one a system, of which npm takes the
 * right one; and fonts, which are found by their path. All else becomes part of the bundle, so that
 * what runs is what was tested, whatever a registry offers on the day of the installation.
 */
export const INSTALLED = [
  'lmdb',
  '@duckdb/node-api',
  '@node-rs/bcrypt',
  'koffi',
  '@resvg/resvg-js',
  'dejavu-fonts-ttf',
] as const

/** Modules that are loaded by their file name: the command, each thread, and the process that answers SQL. */
function entryFiles(): string[] {
  const threads = join(PACKAGES, 'server/dist/threads')
  const found = readdirSync(threads).filter((name) => name.endsWith('-thread.js'))
  return [
    join(PACKAGES, 'cli/dist/main.js'),
    join(PACKAGES, 'logs/dist/store/sql/log-sql-process.js'),
    ...found.toSorted().map((name) => join(threads, name)),
  ]
}

/**
 * Bundles what the build made into `folder`: one file an entry, and chunks that they share and load when
 * needed. All lie side by side, since a thread is found beside the code that starts it. Names stay as
 * they are written: a stack trace must be of use to whoever reports it.
 */
export async function bundle(folder: string): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: entryFiles(),
    outdir: folder,
    entryNames: '[name]',
    chunkNames: 'shared-[hash]',
    absWorkingDir: ROOT,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: [...INSTALLED],
    // CommonJS inside asks for Node's modules by `require`, which modules do not have.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    legalComments: 'none', // they are in THIRD-PARTY-LICENSES.md, whole
    metafile: true,
    logLevel: 'error',
  })
  return metafile
}
