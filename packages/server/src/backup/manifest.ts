import { WeirError } from '@weir/model'
import { z } from 'zod'

/** The file that an archive begins with: what it is, before all of it is there. */
export const HEAD_FILE = 'weir-backup.json'
/** The file that it ends with: what must be in it. An archive without one broke off. */
export const MANIFEST_FILE = 'manifest.json'
/** The form of archives; one that is newer is refused. */
export const BACKUP_FORMAT = 1

/** More files than any data directory has; beyond it a manifest is not read. */
const FILES_MAX = 2_000_000

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

const head = z.object({
  format: z.int().positive(),
  /** The Weir that wrote it. */
  weir: z.string(),
  createdMs: z.int().nonnegative(),
  /** The form of its tables, as in docs/formats/data-dir.md. */
  dataFormat: z.string(),
})

const manifest = head.extend({
  files: z
    .array(
      z.object({
        path: z.string(),
        bytes: z.int().nonnegative(),
        sha256,
        /** Its content is not in the archive, since whoever asked for it has it already. */
        known: z.literal(true).optional(),
      }),
    )
    .max(FILES_MAX),
})

/** What is said of a backup before its files. */
export type BackupHead = Readonly<z.output<typeof head>>

/** What a backup must hold. */
export type Manifest = Readonly<z.output<typeof manifest>>

/** One file of a backup. */
export type BackedFile = Manifest['files'][number]

/** @throws {WeirError} `BACKUP_INVALID` */
export function readHead(text: string, what: string): BackupHead {
  return parsed(head, text, what)
}

/** @throws {WeirError} `BACKUP_INVALID` */
export function readManifest(text: string, what: string): Manifest {
  const read = parsed(manifest, text, what)
  for (const { path } of read.files) requireSafePath(path, what)
  return read
}

function parsed<T extends z.ZodType<BackupHead>>(
  schema: T,
  text: string,
  what: string,
): z.output<T> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw noBackup(what, 'what describes it is not JSON')
  }
  const result = schema.safeParse(value)
  if (!result.success) {
    const [issue] = result.error.issues
    throw noBackup(what, `${issue!.path.join('.')}: ${issue!.message}`)
  }
  const { format, weir } = result.data
  if (format > BACKUP_FORMAT) {
    throw new WeirError(
      'BACKUP_INVALID',
      `Cannot read ${what}: it has format ${format}, written by Weir ${weir}; want format ${BACKUP_FORMAT} or older, use that Weir or a newer one`,
    )
  }
  return result.data
}

/** A path that leads nowhere but into the folder it is relative to. */
export function requireSafePath(path: string, what: string): void {
  const parts = path.split('/')
  const isSafe =
    path.length <= 1000 &&
    !/[\\\0]/.test(path) &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..')
  if (!isSafe) throw noBackup(what, `it names the file ${JSON.stringify(path.slice(0, 100))}`)
}

export function noBackup(what: string, why: string): WeirError {
  return new WeirError('BACKUP_INVALID', `Cannot read ${what} as a backup: ${why}`)
}

/** An archive that ends before its end. */
export function brokenOff(what: string): WeirError {
  return noBackup(what, 'it breaks off; copy it again, or use another one')
}
