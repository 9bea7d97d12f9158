import { createReadStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { WeirError } from '@weir/model'
import {
  type Added,
  type Manifest,
  addBackup,
  backupOfDirectory,
  chooseBackup,
  keepNewest,
  knownChecksums,
  lockRepository,
  sizeOf,
  verifyArchive,
  verifyBackup,
} from '@weir/server'
import { type Command, InvalidArgumentError } from 'commander'
import { backupOfServer } from '../backup/of-server.ts'
import { counted } from '../show/columns.ts'
import { showBytes } from '../show/bytes.ts'
import { withServer } from './server-option.ts'

interface BackupOptions {
  readonly server: string
  readonly dataDir?: string
  readonly out?: string
  readonly keep?: number
  readonly verify?: string
  readonly at?: string
  readonly json: boolean
}

export function addBackupCommand(program: Command): void {
  withServer(program.command('backup'))
    .description(
      'copy everything in the data directory of a running Weir, or of one that is stopped',
    )
    .option('--data-dir <folder>', 'a data directory that no Weir uses, instead of a server')
    .option('--out <file|folder>', 'an archive, or a folder that keeps only what is new each time')
    .option('--keep <count>', 'in a folder: backups to keep, the newest', wholeCount)
    .option('--verify <file|folder>', 'look at every byte of a backup instead')
    .option('--at <name>', 'with --verify of a folder: which backup; the newest when left out')
    .option('--json', 'one object', false)
    .action(async (options: BackupOptions) => {
      if (options.verify !== undefined) await verify(options.verify, options)
      else await backUp(options)
    })
}

function wholeCount(text: string): number {
  const count = Number(text)
  if (Number.isSafeInteger(count) && count > 0) return count
  throw new InvalidArgumentError('want a whole number from 1 on')
}

async function backUp(options: BackupOptions): Promise<void> {
  const { out, keep } = options
  if (out === undefined) {
    throw new WeirError('BACKUP_INVALID', 'Cannot begin a backup: want --out FILE or --out FOLDER')
  }
  if (isFolder(out)) {
    const { name, manifest, newBytes, gone } = await intoFolder(out, options)
    const removed = gone.length === 0 ? '' : `; ${counted(gone.length, 'older one')} removed`
    show(manifest, options, {
      line: `${join(out, name)}: ${summary(manifest)}, ${showBytes(newBytes)} of it new${removed}`,
      more: { folder: out, name, newBytes, removed: gone },
    })
    return
  }
  if (keep !== undefined) {
    throw new WeirError('BACKUP_INVALID', 'Cannot use --keep with one file: want --out FOLDER')
  }
  const manifest = await intoFile(out, taken(options, new Set()))
  const { size } = statSync(out)
  show(manifest, options, {
    line: `${out}: ${summary(manifest)}, ${showBytes(size)} packed`,
    more: { file: out, packedBytes: size },
  })
}

async function intoFolder(
  out: string,
  options: BackupOptions,
): Promise<Added & { readonly gone: readonly string[] }> {
  try {
    using _lock = lockRepository(out)
    const added = await addBackup(out, taken(options, knownChecksums(out)))
    return { ...added, gone: options.keep === undefined ? [] : keepNewest(out, options.keep) }
  } catch (error) {
    throw asFileError(error, out)
  }
}

function taken(
  { server, dataDir }: BackupOptions,
  known: ReadonlySet<string>,
): AsyncIterable<Uint8Array> {
  return dataDir === undefined ? backupOfServer(server, known) : backupOfDirectory(dataDir, known)
}

/** Only a whole backup gets the name that was asked for. */
async function intoFile(out: string, packed: AsyncIterable<Uint8Array>): Promise<Manifest> {
  const unfinished = `${out}.unfinished`
  try {
    const file = await open(unfinished, 'w', 0o600)
    try {
      for await (const piece of packed) await file.writeFile(piece)
      await file.sync()
    } finally {
      await file.close()
    }
    const manifest = await verifyArchive(createReadStream(unfinished), JSON.stringify(unfinished))
    renameSync(unfinished, out)
    return manifest
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw asFileError(error, out)
  }
}

async function verify(what: string, options: BackupOptions): Promise<void> {
  if (!existsSync(what)) {
    const why = 'there is no such file or folder'
    throw new WeirError('BACKUP_INVALID', `Cannot verify ${JSON.stringify(what)}: ${why}`)
  }
  if (statSync(what).isDirectory()) {
    const name = chooseBackup(what, options.at)
    const manifest = await verifyBackup(what, name)
    show(manifest, options, {
      line: `${join(what, name)}: good, ${summary(manifest)}`,
      more: { folder: what, name, good: true },
    })
    return
  }
  const manifest = await verifyArchive(createReadStream(what), JSON.stringify(what))
  show(manifest, options, {
    line: `${what}: good, ${summary(manifest)}`,
    more: { file: what, good: true },
  })
}

/** A path that ends in a slash is a folder, there or not. */
function isFolder(path: string): boolean {
  if (path.endsWith('/')) mkdirSync(path, { recursive: true })
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function summary(manifest: Manifest): string {
  const { files, createdMs, weir } = manifest
  const time = new Date(createdMs).toISOString()
  return `${counted(files.length, 'file')}, ${showBytes(sizeOf(files))}, of ${time} by Weir ${weir}`
}

function show(
  manifest: Manifest,
  { json }: BackupOptions,
  { line, more }: { readonly line: string; readonly more: object },
): void {
  if (!json) {
    console.log(line)
    return
  }
  const { files, createdMs, weir, dataFormat } = manifest
  const created = new Date(createdMs).toISOString()
  const said = { ...more, weir, dataFormat, created, files: files.length, bytes: sizeOf(files) }
  console.log(JSON.stringify(said, null, 2))
}

function asFileError(error: unknown, out: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  if (error instanceof WeirError || code === undefined) return error
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const why = 'the disk is full; nothing was kept'
    return new WeirError('STORAGE_FULL', `Cannot write ${JSON.stringify(out)}: ${why}`)
  }
  return new WeirError('STORAGE_NOT_WRITABLE', `Cannot write ${JSON.stringify(out)}: ${message}`)
}
