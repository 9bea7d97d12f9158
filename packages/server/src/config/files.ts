import { readFileSync, readdirSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { WeirError } from '@weir/model'

/** Who named a file: a flag, or a key of the configuration with its place, `weir.yml:3: rule_files`. */
export type NamedBy = { readonly flag: string } | { readonly place: string }

/**
 * Reads a file that the configuration or a flag names.
 *
 * @throws {WeirError} `CONFIG_INVALID` saying who named it
 */
export function readNamed(file: string, namedBy: NamedBy): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'there is no such file'
        : (error as Error).message
    throw new WeirError(
      'CONFIG_INVALID',
      'place' in namedBy
        ? `Cannot use ${namedBy.place}: cannot read ${JSON.stringify(file)}: ${why}`
        : `Cannot read ${JSON.stringify(file)} named by ${namedBy.flag}: ${why}`,
    )
  }
}

/** A path in a configuration file is relative to that file's folder. */
export function beside(configFile: string, path: string): string {
  return isAbsolute(path) ? path : resolve(dirname(configFile), path)
}

/**
 * The files that a pattern names, in order of name. As in Prometheus, `*`, `?` and `[…]` may stand in
 * the last part only, and a pattern that names nothing is no error; a plain name must exist.
 */
export function expandGlob(pattern: string): string[] {
  const last = basename(pattern)
  if (!/[*?[]/.test(last)) return [pattern]
  const expression = last
    .replaceAll(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]')
  const matches = new RegExp(`^${expression}$`)
  const folder = dirname(pattern)
  try {
    return readdirSync(folder)
      .filter((name) => matches.test(name))
      .toSorted()
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}
