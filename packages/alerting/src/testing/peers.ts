import { accessSync, constants } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/**
 * Finds a real Prometheus, Alertmanager and so on to be compared with: in `WEIR_PEERS`, on the path,
 * or in the cache folder. Says so when there is none, as the test then does not run.
 */
export function peer(name: string): string | undefined {
  const folders = [
    process.env['WEIR_PEERS'] ?? '',
    ...(process.env['PATH'] ?? '').split(delimiter),
    join(homedir(), '.cache/weir-peers/bin'),
  ]
  const found = folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable)
  if (found === undefined) {
    process.stderr.write(`left out: tests against ${name}, which is not installed (WEIR_PEERS)\n`)
  }
  return found
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
