/**
 * Completes package-lock.json: adds the entries of optional packages for other platforms that npm left
 * out because the registry at hand does not offer them. `npm ci` insists on every entry, also of
 * packages that it will not install.
 *
 *   npx tsx tools/complete-lock.ts     after each `npm install`
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const LOCK = join(import.meta.dirname, '../package-lock.json')

interface Entry {
  readonly version?: string
  readonly dev?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly [key: string]: unknown
}

interface Lock {
  readonly packages: Record<string, Entry>
}

/** Optional packages that some entry names with an exact version and that have no entry themselves. */
export function missingEntries({ packages }: Lock): Record<string, Entry> {
  const missing: Record<string, Entry> = {}
  for (const { optionalDependencies = {}, dev } of Object.values(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const key = `node_modules/${name}`
      const isThere = Object.keys(packages).some((path) => path.endsWith(key))
      if (isThere || !/^\d+\.\d+\.\d+[\w.-]*$/.test(version)) continue
      missing[key] = { version, ...platformOf(name), ...(dev ? { dev } : {}), optional: true }
    }
  }
  return missing
}

const SYSTEMS: Readonly<Record<string, string>> = {
  win32: 'win32',
  darwin: 'darwin',
  linux: 'linux',
  android: 'android',
  freebsd: 'freebsd',
  openharmony: 'openharmony',
  sunos: 'sunos',
  openbsd: 'openbsd',
  netbsd: 'netbsd',
  aix: 'aix',
}
const PROCESSORS: Readonly<Record<string, string>> = {
  x64: 'x64',
  arm64: 'arm64',
  arm: 'arm',
  ia32: 'ia32',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  wasm32: 'wasm32',
}

/** System and processor as these packages have them in their names: `…-linux-arm64-gnu`. */
function platformOf(name: string): Entry {
  const words = name.split(/[-/]/)
  const os = words.map((word) => SYSTEMS[word]).filter((word) => word !== undefined)
  const cpu = words.map((word) => PROCESSORS[word]).filter((word) => word !== undefined)
  return { ...(cpu.length === 0 ? {} : { cpu }), ...(os.length === 0 ? {} : { os }) }
}

if (process.argv[1] === import.meta.filename) {
  const lock = JSON.parse(readFileSync(LOCK, 'utf8')) as Lock
  const missing = missingEntries(lock)
  Object.assign(lock.packages, missing)
  const sorted = Object.fromEntries(
    Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )
  writeFileSync(LOCK, `${JSON.stringify({ ...lock, packages: sorted }, null, 2)}\n`)
  console.log(`${Object.keys(missing).length} entries added`)
}
