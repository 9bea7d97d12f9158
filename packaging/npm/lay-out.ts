import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'
import { INSTALLED, ROOT, bundle } from './bundle.ts'
import { type Lock, pinned } from './pinned.ts'

const HERE = import.meta.dirname

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly engines: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly [key: string]: unknown
}

/**
 * The manifest of the package: the version of all rooms, and exactly those versions of what is
 * installed beside it that the lock has, which are those that the tests ran with.
 */
export function manifest(): Manifest {
  const { version, engines } = readJson('package.json') as Manifest
  const { packages } = readJson('package-lock.json') as Lock
  const dependencies = INSTALLED.map(
    (name) => [name, packages[`node_modules/${name}`]!.version!] as const,
  )
  return {
    name: '@weir/weir',
    version,
    description: 'Watches data pipelines: metrics, logs, alerts and a page, in one process',
    keywords: ['alerting', 'logs', 'metrics', 'monitoring', 'pipelines', 'prometheus', 'statsd'],
    license: 'Apache-2.0',
    type: 'module',
    bin: { weir: 'bin/weir.js' },
    man: ['man/weir.1'],
    files: [
      'bin',
      'lib',
      'man',
      'systemd',
      'web',
      'npm-shrinkwrap.json',
      'THIRD-PARTY-LICENSES.md',
    ],
    engines,
    dependencies: Object.fromEntries(dependencies.toSorted(([a], [b]) => (a < b ? -1 : 1))),
  }
}

/** Writes the package as users get it into `folder`, which is emptied. The build must have been made. */
export async function layOut(folder: string): Promise<Metafile> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'bin'), { recursive: true })
  const made = await bundle(join(folder, 'lib'))
  cpSync(join(ROOT, 'packages/web/dist'), join(folder, 'web'), { recursive: true })
  cpSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'))
  cpSync(join(HERE, 'README.md'), join(folder, 'README.md'))
  writeJson(join(folder, 'package.json'), manifest())
  writeJson(
    join(folder, 'npm-shrinkwrap.json'),
    pinned(manifest(), readJson('package-lock.json') as Lock),
  )
  const bin = readFileSync(join(ROOT, 'packages/cli/bin/weir.js'), 'utf8')
  const own = bin.replace('../dist/main.js', '../lib/main.js')
  writeFileSync(join(folder, 'bin/weir.js'), own, { mode: 0o755 })
  cpSync(join(ROOT, 'packaging/systemd'), join(folder, 'systemd'), {
    recursive: true,
    filter: (path) => !path.endsWith('.ts'),
  })
  mkdirSync(join(folder, 'man'))
  const page = execFileSync(process.execPath, [join(ROOT, 'packages/cli/dist/main.js'), 'man'])
  writeFileSync(join(folder, 'man/weir.1'), page)
  return made
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, name), 'utf8'))
}
