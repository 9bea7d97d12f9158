import { cpSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PACKED } from '../../test/weir-process.ts'
import { ROOT, bundle } from './bundle.ts'
import { manifest } from './lay-out.ts'

const PACKAGES = join(ROOT, 'packages')

/**
 * Bundles what the build left, unless that was done since: users run the bundle, so it is what is to be
 * tested; and a process of it starts with little more than half the work of one of 1,300 modules.
 */
export async function setup(): Promise<void> {
  const packedMs = existsSync(PACKED) ? statSync(PACKED).mtimeMs : 0
  if (builtFiles().every((file) => statSync(file).mtimeMs < packedMs)) return
  rmSync(PACKED, { recursive: true, force: true })
  cpSync(join(PACKAGES, 'web/dist'), join(PACKED, 'web'), { recursive: true })
  writeFileSync(join(PACKED, 'package.json'), JSON.stringify(manifest()))
  await bundle(join(PACKED, 'lib'))
}

function builtFiles(): string[] {
  return readdirSync(PACKAGES).flatMap((room) => {
    const dist = join(PACKAGES, room, 'dist')
    if (!existsSync(dist)) return []
    return readdirSync(dist, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(js|html|css)$/.test(file) && !file.startsWith('packed'))
      .map((file) => join(dist, file))
  })
}
