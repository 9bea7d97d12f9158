import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Where a program is that tools/packaging-peers fetches: among the peers or on the path. */
export function tool(name: string): string | undefined {
  const folders = [
    process.env['WEIR_PEERS'] ?? '',
    join(homedir(), '.cache/weir-peers/bin'),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ]
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path))
}
