import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Where a peer program is: in `$WEIR_PEERS`, on PATH, or in the usual cache; undefined when nowhere. */
export function findPeer(name: string): string | undefined {
  const folders = [
    process.env.WEIR_PEERS ?? '',
    ...(process.env.PATH ?? '').split(delimiter),
    join(homedir(), '.cache/weir-peers/bin'),
  ]
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path))
}
