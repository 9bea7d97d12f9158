/**
 * Makes the npm package of what the build left: the folder packaging/dist/npm, and its archive beside it.
 *
 *   npm run pack:npm
 */
import { execFileSync } from 'node:child_process'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { componentsOf } from '../release/components.ts'
import { licencesPage } from '../release/licences.ts'
import { layOut } from './lay-out.ts'

const DIST = join(import.meta.dirname, '../dist')

/** Makes folder and archive; gives the archive's path. */
export async function packNpm(): Promise<string> {
  const folder = join(DIST, 'npm')
  const components = componentsOf(await layOut(folder))
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.md'), licencesPage(components))
  return packFolder(folder, DIST)
}

/** Makes the archive of a folder that was laid out. */
export function packFolder(folder: string, to: string): string {
  const told = execFileSync('npm', ['pack', '--json', '--pack-destination', to], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [{ filename }] = JSON.parse(told) as [{ readonly filename: string }]
  return join(to, filename)
}

if (process.argv[1] === import.meta.filename) {
  const archive = await packNpm()
  console.log(`${archive} (${(statSync(archive).size / 1024 / 1024).toFixed(1)} MiB)`)
}
