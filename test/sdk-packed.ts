import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'

export const ROOT = join(import.meta.dirname, '..')
const SDK = join(ROOT, 'packages/sdk')

export const manifest = JSON.parse(readFileSync(join(SDK, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
}

/** What can be imported: `@weir/sdk`, `@weir/sdk/pino`, … */
export const doors = Object.keys(manifest.exports)
  .filter((door) => door !== './package.json')
  .map((door) => door.replace('.', '@weir/sdk'))

/** What a user of @weir/sdk gets, for the tests of a file: the archive that `npm pack` writes, in an empty project. */
export function packedSdk(): { readonly project: string; readonly archive: string } {
  const folder = mkdtempSync(join(tmpdir(), 'weir-sdk-package-'))
  const project = join(folder, 'user')
  let archive = ''
  beforeAll(() => {
    mkdirSync(project)
    run('npm', ['pack', '--silent', '--pack-destination', folder], SDK)
    archive = join(
      folder,
      readdirSync(folder).find((name) => name.endsWith('.tgz'))!,
    )
    writeFileSync(join(project, 'package.json'), '{"private": true}')
    run('npm', ['install', '--offline', '--no-audit', '--no-fund', archive], project)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return {
    project,
    get archive() {
      return archive
    },
  }
}

/** Runs a program to its end; gives what it printed. */
export function run(command: string, args: readonly string[], cwd: string): string {
  const { npm_config_workspace: _, ...env } = process.env
  try {
    return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error })
  }
}
