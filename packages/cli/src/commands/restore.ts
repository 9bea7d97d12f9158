import { createReadStream, existsSync, statSync } from 'node:fs'
import { WeirError } from '@weir/model'
import {
  type Restored,
  type Unpack,
  chooseBackup,
  fromArchive,
  fromRepository,
  restore,
  sizeOf,
} from '@weir/server'
import type { Command } from 'commander'
import { counted } from '../show/columns.ts'
import { showBytes } from '../show/bytes.ts'

interface RestoreOptions {
  readonly dataDir: string
  readonly at?: string
  readonly force: boolean
  readonly json: boolean
}

export function addRestore(program: Command): void {
  program
    .command('restore <backup>')
    .description('make a data directory of a backup: of an archive, or of one in a folder of them')
    .requiredOption('--data-dir <folder>', 'where; empty, or not there yet')
    .option('--at <name>', 'from a folder: which backup; the newest when left out')
    .option('--force', 'replace a data directory; what was there is kept beside it', false)
    .option('--json', 'one object', false)
    .action(async (backup: string, options: RestoreOptions) => {
      const restored = await restore(unpackOf(backup, options), options.dataDir, options.force)
      for (const line of options.json ? asJson(restored, options) : asText(restored, options)) {
        console.log(line)
      }
    })
}

function unpackOf(backup: string, { at }: RestoreOptions): Unpack {
  if (!existsSync(backup)) {
    const why = 'there is no such file or folder'
    throw new WeirError('BACKUP_INVALID', `Cannot restore ${JSON.stringify(backup)}: ${why}`)
  }
  if (statSync(backup).isDirectory()) return fromRepository(backup, chooseBackup(backup, at))
  return fromArchive(createReadStream(backup), JSON.stringify(backup))
}

function asText({ manifest, before }: Restored, { dataDir }: RestoreOptions): string[] {
  const { files, createdMs, weir } = manifest
  const time = new Date(createdMs).toISOString()
  const size = `${counted(files.length, 'file')}, ${showBytes(sizeOf(files))}`
  const kept = before === '' ? [] : [`what was there before is in ${before}`]
  return [`${dataDir}: restored, ${size}, of ${time} by Weir ${weir}`, ...kept]
}

function asJson({ manifest, before }: Restored, { dataDir }: RestoreOptions): string[] {
  const { files, createdMs, weir } = manifest
  const created = new Date(createdMs).toISOString()
  const said = { dataDir, before, weir, created, files: files.length, bytes: sizeOf(files) }
  return [JSON.stringify(said, null, 2)]
}
