import { readFileSync, readdirSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'

export interface TemplateFile {
  readonly name: string
  readonly text: string
}

/** The files that `templates` names, found beside the config; what cannot be read is told to `problem`. */
export function templateFiles(
  globs: readonly string[],
  fileName: string,
  problem: (path: readonly PropertyKey[], what: string) => void,
): TemplateFile[] {
  return globs.flatMap((glob, i) => {
    try {
      return filesOf(resolve(dirname(fileName), glob))
    } catch (cause) {
      problem(['templates', i], `cannot be read: ${(cause as Error).message}`)
      return []
    }
  })
}

/** Files of a glob with wildcards in its last part. */
function filesOf(glob: string): TemplateFile[] {
  const folder = dirname(glob)
  const wanted = new RegExp(
    `^${basename(glob)
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  )
  return readdirSync(folder)
    .filter((name) => wanted.test(name))
    .toSorted()
    .map((name) => ({ name, text: readFileSync(resolve(folder, name), 'utf8') }))
}
