import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The files that a pattern names, in order of name: `*`, `?` and `[…]` may stand in any part of it. */
export function filesNamed(pattern: string): string[] {
  const start = pattern.startsWith('/') ? '/' : ''
  const parts = pattern.split('/').filter((part) => part !== '')
  return parts
    .reduce<readonly string[]>(
      (folders, part) => folders.flatMap((folder) => within(folder, part)),
      [start],
    )
    .filter((path) => path !== '' && existsSync(path))
}

function within(folder: string, part: string): string[] {
  if (!/[*?[]/.test(part)) return [join(folder, part)]
  const matches = new RegExp(
    `^${part
      .replaceAll(/[.+^${}()|\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  )
  try {
    return readdirSync(folder === '' ? '.' : folder)
      .filter((name) => matches.test(name))
      .toSorted()
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}
