import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import {
  assert as check,
  asyncProperty,
  dictionary,
  integer,
  string,
  stringMatching,
  tuple,
} from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { backupHead } from './backups.ts'
import type { BackupHead } from './manifest.ts'
import { verifyArchive } from './read-archive.ts'
import {
  addBackup,
  backupsIn,
  fromRepository,
  keepNewest,
  knownChecksums,
  lockRepository,
} from './repository.ts'
import { RESTORE_MARK, requireWholeRestore } from './restore-mark.ts'
import { fromArchive, restore } from './restore.ts'
import { sourcesIn } from './stage.ts'
import { packedArchive } from './write-archive.ts'

const HEAD = backupHead(Date.parse('2026-11-29T00:15:00Z'))
type Files = Readonly<Record<string, string>>

let scratch = ''
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'weir-archive-'))
})
afterAll(() => rmSync(scratch, { recursive: true }))

let made = 0
const fresh = (): string => join(scratch, String(made++))

function folderOf(files: Files): string {
  const folder = fresh()
  mkdirSync(folder)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

function filesOf(folder: string): Files {
  return Object.fromEntries(
    sourcesIn(folder).map(({ path, file }) => [path, readFileSync(file, 'utf8')]),
  )
}

async function packed(files: Files, head: BackupHead = HEAD, known = new Set<string>()) {
  const pieces: Uint8Array[] = []
  for await (const piece of packedArchive(head, sourcesIn(folderOf(files)), known)) {
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

async function* stream(bytes: Uint8Array, pieceBytes = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
}

async function unpacked(bytes: Uint8Array): Promise<Files> {
  const target = fresh()
  await restore(fromArchive(stream(bytes), 'it'), target, false)
  return filesOf(target)
}

const SOME: Files = {
  'weir.mdb': 'tables'.repeat(1000),
  'windows/1': 'sheets',
  'windows/2': '',
  [`logs/${'part'.repeat(40)}`]: 'lines',
}

test('whatever files there are, they come back', async () => {
  const part = stringMatching(/^[a-z0-9]{1,8}$/)
  const path = tuple(part, part).map(([a, b]) => `${a}/${b}x`)
  await check(
    asyncProperty(dictionary(path, string({ maxLength: 3000 })), async (files) => {
      expect(await unpacked(await packed(files))).toEqual(files)
    }),
    { numRuns: 15 },
  )
})

test('an archive that breaks off is refused, wherever it does', async () => {
  const whole = await packed(SOME)
  await check(
    asyncProperty(integer({ min: 0, max: whole.length - 1 }), async (length) => {
      const broken = stream(whole.subarray(0, length))
      await expect(verifyArchive(broken, 'it')).rejects.toMatchObject({ code: 'BACKUP_INVALID' })
    }),
    { numRuns: 60 },
  )
  await expect(unpacked(whole.subarray(0, -9))).rejects.toMatchObject({ code: 'BACKUP_INVALID' })
  expect(readdirSync(scratch).filter((name) => name.includes('restoring'))).toEqual([])
})

test('a changed byte is found, or changes nothing', async () => {
  const whole = await packed(SOME)
  const at = integer({ min: 0, max: whole.length - 1 })
  await check(
    asyncProperty(at, integer({ min: 1, max: 255 }), async (place, by) => {
      const changed = Buffer.from(whole)
      changed[place] = (changed[place]! + by) % 256
      const outcome = await unpacked(changed).catch((error: unknown) => error)
      if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'BACKUP_INVALID' })
      else expect(outcome).toEqual(SOME)
    }),
    { numRuns: 40 },
  )
})

test.each([
  ['changed content', 'sheets', 'cheats', '"windows/1" is not what was backed up'],
  ['a path that leads out', '"windows/1"', '"../indows"', 'it names the file "../indows"'],
  ['a newer form', '"format": 1', '"format": 9', 'it has format 9'],
  ['newer data', `"dataFormat": "4"`, `"dataFormat": "9"`, 'its data have format "9"'],
])('packed anew with %s it is refused', async (_what, before, after, why) => {
  const tar = gunzipSync(await packed(SOME))
    .toString('latin1')
    .replaceAll(before, after)
  await expect(unpacked(gzipSync(Buffer.from(tar, 'latin1')))).rejects.toThrow(why)
})

test.each([
  ['not packed', Buffer.from('no archive at all')],
  ['packed text', gzipSync('x'.repeat(2048))],
  ['nothing', Buffer.alloc(0)],
])('%s is no backup', async (_what, bytes) => {
  await expect(verifyArchive(stream(bytes), 'it')).rejects.toMatchObject({
    code: 'BACKUP_INVALID',
  })
})

test('a folder of backups has what they share once, and gives each of them back', async () => {
  const folder = fresh()
  const add = async (files: Files, createdMs: number): Promise<number> => {
    const known = new Set(knownChecksums(folder))
    return (await addBackup(folder, stream(await packed(files, { ...HEAD, createdMs }, known))))
      .newBytes
  }
  const later = { ...SOME, 'windows/3': 'new!', 'weir.mdb': 'other tables' }
  const whole = Object.values(SOME).join('').length
  expect(await add(SOME, HEAD.createdMs)).toBe(whole)
  expect(await add(later, HEAD.createdMs + 1000)).toBe('new!other tables'.length)
  expect(await add(later, HEAD.createdMs + 1000)).toBe(0)
  const names = backupsIn(folder)
  expect(names).toEqual(['2026-11-29T001500Z', '2026-11-29T001501Z', '2026-11-29T001501Z-2'])
  const back = async (name: string): Promise<Files> => {
    const target = fresh()
    await restore(fromRepository(folder, name), target, false)
    return filesOf(target)
  }
  expect(await back(names[0]!)).toEqual(SOME)
  expect(await back(names[1]!)).toEqual(later)
  expect(keepNewest(folder, 1)).toEqual(names.slice(0, 2))
  expect(await back(names[2]!)).toEqual(later)
  expect(sourcesIn(join(folder, 'files'))).toHaveLength(Object.keys(later).length)
})

test('a folder of backups takes one at a time, and clears away what a killed one left', async () => {
  const folder = folderOf({ 'arriving-1a2b.unfinished/0': 'half', 'weir.lock': '4194305 1\n' })
  {
    using _lock = lockRepository(folder)
    expect(readdirSync(folder)).toEqual(['weir.lock'])
    expect(() => lockRepository(folder)).toThrow('another backup is being added there')
    await addBackup(folder, stream(await packed(SOME)))
  }
  expect(readdirSync(folder)).toEqual(['2026-11-29T001500Z.json', 'files'])
})

test('a folder of backups tells which file was lost or changed', async () => {
  const folder = fresh()
  const { name } = await addBackup(folder, stream(await packed(SOME)))
  const [one] = sourcesIn(join(folder, 'files')).filter(({ bytes }) => bytes > 0)
  writeFileSync(one!.file, 'x'.repeat(one!.bytes))
  const target = fresh()
  await expect(restore(fromRepository(folder, name), target, false)).rejects.toThrow(
    'is not what was backed up',
  )
  rmSync(one!.file)
  await expect(restore(fromRepository(folder, name), target, false)).rejects.toThrow('is missing')
  expect(readdirSync(scratch).filter((entry) => entry.includes('restoring'))).toEqual([])
})

test('a directory that is not empty is left alone, or kept beside the new one', async () => {
  const target = folderOf({ 'weir.mdb': 'old' })
  const bytes = await packed(SOME)
  const into = (isForced: boolean): ReturnType<typeof restore> =>
    restore(fromArchive(stream(bytes), 'it'), target, isForced)
  await expect(into(false)).rejects.toMatchObject({ code: 'RESTORE_REFUSED' })
  expect(filesOf(target)).toEqual({ 'weir.mdb': 'old' })
  const { before } = await into(true)
  expect(filesOf(target)).toEqual(SOME)
  expect(filesOf(before)).toEqual({ 'weir.mdb': 'old' })
})

test('a restore that was killed: no Weir starts without its directory, and the next one clears away', async () => {
  const target = folderOf(SOME)
  const bytes = await packed(SOME)
  // Killed while it unpacked: the old directory is in its place. No process has this number.
  const left = `${target}.restoring-4194305`
  mkdirSync(left)
  expect(() => requireWholeRestore(target)).not.toThrow()
  // Killed between two renames.
  renameSync(target, `${target}.before-restore`)
  expect(() => requireWholeRestore(target)).toThrow('was not finished; run weir restore again')
  await restore(fromArchive(stream(bytes), 'it'), target, false)
  expect(() => requireWholeRestore(target)).not.toThrow()
  expect(filesOf(target)).toEqual(SOME)
  expect(existsSync(left)).toBe(false)
})

const VOLUME_BYTES = 2 ** 20
const volume = smallVolume()

test.skipIf(volume === undefined)(
  'a volume of its own is filled when there is room, and stays as it was when there is none',
  async () => {
    const { path, unmount } = volume!
    try {
      writeFileSync(join(path, 'weir.mdb'), 'old')
      const random = randomBytes(VOLUME_BYTES * 2).toString('base64')
      const tooMuch = await packed({ ...SOME, 'windows/3': random })
      const into = (bytes: Uint8Array): ReturnType<typeof restore> =>
        restore(fromArchive(stream(bytes, 65_536), 'it'), path, true)
      await expect(into(tooMuch)).rejects.toMatchObject({ code: 'STORAGE_FULL' })
      expect(filesOf(path)).toEqual({ 'weir.mdb': 'old' })
      await expect(addBackup(path, stream(tooMuch, 65_536))).rejects.toMatchObject({
        code: 'ENOSPC',
      })
      expect([backupsIn(path), filesOf(path)]).toEqual([[], { 'weir.mdb': 'old' }])
      expect(() => requireWholeRestore(path)).not.toThrow()
      const { before } = await into(await packed(SOME))
      expect(filesOf(path)).toEqual(SOME)
      expect(filesOf(before)).toEqual({ 'weir.mdb': 'old' })
      mkdirSync(join(path, RESTORE_MARK))
      expect(() => requireWholeRestore(path)).toThrow('run weir restore again')
    } finally {
      unmount()
    }
  },
)

/** A disk of its own; undefined where this user may not mount one. */
function smallVolume(): { readonly path: string; unmount: () => void } | undefined {
  const path = mkdtempSync(join(tmpdir(), 'weir-volume-'))
  const unmount = (): void => {
    execFileSync('umount', [path])
    rmSync(path, { recursive: true })
  }
  try {
    const size = `size=${VOLUME_BYTES}`
    execFileSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', path], { stdio: 'ignore' })
    return { path, unmount }
  } catch {
    rmSync(path, { recursive: true })
    return undefined
  }
}

test('a directory that a process uses is left alone, whatever is said', async () => {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  const target = folderOf({ 'weir.lock': `${process.pid} ${started}\n` })
  const bytes = await packed(SOME)
  await expect(restore(fromArchive(stream(bytes), 'it'), target, true)).rejects.toMatchObject({
    code: 'STORAGE_LOCKED',
  })
})
