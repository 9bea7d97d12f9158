/**
 * Makes the files of a release of what the build left, in packaging/dist/release: the npm package, the
 * SDK's, the chart, the packs for other programs, the bill of materials, licences, and the checksums of
 * all of them.
 *
 *   npm run release:files
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { ROOT } from '../npm/bundle.ts'
import { layOut, manifest } from '../npm/lay-out.ts'
import { packFolder } from '../npm/pack.ts'
import { componentsOf } from './components.ts'
import { licencesPage, objection } from './licences.ts'
import { sbomOf } from './sbom.ts'

const DIST = join(ROOT, 'packaging/dist')
const MAIN = join(ROOT, 'packages/cli/dist/main.js')

/** Packs with metrics of a system: Weir's own is of no use elsewhere. */
const PACKS = ['airflow', 'custom', 'dagger', 'dkron', 'flink', 'kafka-iceberg', 'rudderstack']

/** Makes all of them in `folder`, which is emptied; gives their names. */
export async function releaseFiles(folder: string): Promise<string[]> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const { version } = manifest()
  const laid = join(DIST, 'npm')
  const components = componentsOf(await layOut(laid))
  const objections = components.map(objection).filter((each) => each !== undefined)
  if (objections.length > 0) throw new Error(`Cannot release this:\n${objections.join('\n')}`)
  const licences = licencesPage(components)
  writeFileSync(join(laid, 'THIRD-PARTY-LICENSES.md'), licences)
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.md'), licences)
  const sbom = `${JSON.stringify(sbomOf(manifest(), components), null, 2)}\n`
  writeFileSync(join(folder, `weir-${version}.cdx.json`), sbom)
  packFolder(laid, folder)
  packFolder(join(ROOT, 'packages/sdk'), folder)
  archive(join(folder, `weir-chart-${version}.tgz`), join(ROOT, 'packaging/helm'), 'weir')
  exportPacks(join(folder, `weir-packs-${version}.tgz`), version)
  cpSync(join(ROOT, 'packaging/systemd/weir.service'), join(folder, 'weir.service'))
  const names = readdirSync(folder).toSorted()
  const sums = names.map((name) => `${sha256(join(folder, name))}  ${name}\n`)
  writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''))
  return [...names, 'SHA256SUMS']
}

function exportPacks(file: string, version: string): void {
  const name = `weir-packs-${version}`
  const folder = join(DIST, name)
  rmSync(folder, { recursive: true, force: true })
  for (const pack of PACKS) {
    const args = [MAIN, 'pack', 'export', pack, '--out', join(folder, pack)]
    execFileSync(process.execPath, args, { stdio: 'pipe' })
  }
  archive(file, DIST, name)
}

/** The same bytes for the same files: no owner, no time, names in order. */
function archive(file: string, from: string, name: string): void {
  const same = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0']
  const mode = '--mode=u=rwX,go=rX'
  const tar = execFileSync('tar', [...same, mode, '-C', from, '-cf', '-', name], {
    maxBuffer: 256 * 1024 * 1024,
  })
  writeFileSync(file, execFileSync('gzip', ['-n', '-9'], { input: tar, maxBuffer: tar.length }))
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

if (process.argv[1] === import.meta.filename) {
  const folder = join(DIST, 'release')
  for (const name of await releaseFiles(folder)) console.log(join(basename(DIST), 'release', name))
}
