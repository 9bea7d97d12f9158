import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FileDestination } from './file-destination.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-sdk-file-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
  vi.restoreAllMocks()
})

const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
const open = (more: { maxBytes?: number; backupCount?: number; path?: string } = {}) =>
  new FileDestination({ path: join(folder, 'app.log'), maxBytes: 30, backupCount: 2, ...more })

test('a full file is put aside, and so many are kept', async () => {
  const file = open()
  for (const line of ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']) {
    file.write(`${line} 567890\n`, 20)
    await file.flush()
  }
  await file.close()
  expect(readdirSync(folder).sort()).toEqual(['app.log', 'app.log.1', 'app.log.2'])
  expect(read('app.log')).toBe('nine 567890\n')
  expect(read('app.log.1')).toBe('seven 567890\neight 567890\n')
  expect(read('app.log.2')).toBe('five 567890\nsix 567890\n')
  expect(file.stats()).toMatchObject({ written: 9, dropped: 0, failures: 0 })
})

test('whatever is written, no line is torn or lost, and no file is larger than it may be', async () => {
  const lines = fc.array(fc.array(fc.stringMatching(/^[a-zé]{0,25}$/), { maxLength: 6 }), {
    maxLength: 4,
  })
  await fc.assert(
    fc.asyncProperty(lines, fc.boolean(), async (turns, isSync) => {
      for (const name of readdirSync(folder)) rmSync(join(folder, name))
      const file = open({ backupCount: 30 })
      for (const turn of turns) {
        for (const line of turn) file.write(`${line}\n`, 20)
        if (isSync) file.flushSync()
        else await file.flush()
      }
      await file.close()
      const names = readdirSync(folder).sort((a, b) => Number(b.slice(8)) - Number(a.slice(8)))
      const order = [
        ...names.filter((name) => name !== 'app.log'),
        ...names.filter((name) => name === 'app.log'),
      ]
      expect(order.map(read).join('')).toBe(
        turns
          .flat()
          .map((line) => `${line}\n`)
          .join(''),
      )
      for (const text of order.map(read)) {
        expect(Buffer.byteLength(text) <= 30 || text.indexOf('\n') === text.length - 1).toBe(true)
      }
    }),
    { numRuns: 40 },
  )
})

test('what was there before is kept and counted', async () => {
  writeFileSync(join(folder, 'app.log'), 'from the last run, long\n')
  const file = open()
  file.write('new line\n', 20)
  await file.close()
  expect(read('app.log.1')).toBe('from the last run, long\n')
  expect(read('app.log')).toBe('new line\n')
})

test('with no file to be kept aside it only grows', async () => {
  const file = open({ backupCount: 0 })
  for (let i = 0; i < 20; i++) file.write('0123456789\n', 20)
  await file.close()
  expect(readdirSync(folder)).toEqual(['app.log'])
  expect(read('app.log')).toHaveLength(220)
})

test('lines wait while the file cannot be written, and are there when it can', async () => {
  const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  writeFileSync(join(folder, 'in-the-way'), '')
  const file = open({ path: join(folder, 'in-the-way/app.log') })
  file.write('early\n', 20)
  await file.flush()
  expect(file.stats()).toMatchObject({ written: 0, dropped: 0, failures: 1 })
  expect(String(warning.mock.calls[0]![0])).toContain('in-the-way/app.log')
  rmSync(join(folder, 'in-the-way'))
  await file.flush()
  expect(read('in-the-way/app.log')).toBe('early\n')
  await file.close()
  file.write('late\n', 20)
  expect(file.stats()).toMatchObject({ written: 1, dropped: 1 })
})

test('what cannot wait is dropped and counted', async () => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  writeFileSync(join(folder, 'in-the-way'), '')
  const file = open({ path: join(folder, 'in-the-way/app.log') })
  const line = `${'x'.repeat(1024 * 1024 - 1)}\n`
  for (let i = 0; i < 20; i++) file.write(line, 20)
  expect(file.stats().dropped).toBe(4)
  await file.close()
  expect(file.stats()).toMatchObject({ written: 0, dropped: 20 })
})

test('the end of the process waits for what is under way, and writes the rest', async () => {
  const file = open({ maxBytes: 0 })
  file.write('first\n', 20)
  await new Promise(setImmediate) // the write of it may be under way now, or not yet
  file.write('second\n', 20)
  file.flushSync()
  expect(read('app.log')).toBe('first\nsecond\n')
  await file.close()
  expect(read('app.log')).toBe('first\nsecond\n')
  expect(existsSync(join(folder, 'app.log.1'))).toBe(false)
})
