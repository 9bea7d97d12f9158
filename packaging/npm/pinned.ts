import type { Manifest } from './lay-out.ts'

/** A package in package-lock.json. */
interface LockEntry {
  readonly version?: string
  readonly license?: string
  readonly integrity?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly [key: string]: unknown
}

/** What of package-lock.json is read. */
export interface Lock {
  readonly lockfileVersion: number
  readonly packages: Readonly<Record<string, LockEntry>>
}

/**
 * The lock of the package: of all that is installed beside it, directly or not, the version and the
 * checksum that the checkout's lock has. npm follows it as npm-shrinkwrap.json wherever the package is
 * installed; without it, what those packages need in turn would be whatever is newest that day.
 */
export function pinned(manifest: Manifest, lock: Lock): Lock & { readonly name: string } {
  const found = closureOf(Object.keys(manifest.dependencies), lock)
  const { name, version, license, bin, engines, dependencies } = manifest
  const own: LockEntry = { name, version, license, dependencies, bin, engines }
  const sorted = [...found].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return {
    name,
    lockfileVersion: lock.lockfileVersion,
    packages: { '': own, ...Object.fromEntries(sorted) },
  }
}

/** Packages by their places in the lock, and all that they need in turn. */
export function closureOf(names: readonly string[], lock: Lock, at = ''): Map<string, LockEntry> {
  const found = new Map<string, LockEntry>()
  const visit = (from: string, name: string, isOptional: boolean): void => {
    const path = whereIs(name, from, lock)
    if (path === undefined && isOptional) return
    if (path === undefined) throw new Error(`BUG: ${name}, which ${from} needs, is not in the lock`)
    if (found.has(path)) return
    const { dev: _dev, devOptional: _devOptional, ...entry } = lock.packages[path]!
    found.set(path, entry)
    for (const each of Object.keys(entry.dependencies ?? {})) visit(path, each, false)
    for (const each of Object.keys(entry.optionalDependencies ?? {})) visit(path, each, true)
  }
  for (const name of names) visit(at, name, false)
  return found
}

/** As Node looks for a package: beside whoever asks, then ever further out. */
function whereIs(name: string, from: string, { packages }: Lock): string | undefined {
  for (
    let place = from;
    ;
    place = place.slice(0, Math.max(0, place.lastIndexOf('node_modules/')))
  ) {
    const path = `${place === '' || place.endsWith('/') ? place : `${place}/`}node_modules/${name}`
    if (packages[path] !== undefined) return path
    if (place === '') return undefined
  }
}
