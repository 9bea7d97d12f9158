import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { takeLock } from './lock-file.ts'

test('a data directory that is made is for its owner alone; one that is there stays as it is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-lock-'))
  const modeOf = (path: string): number => statSync(path).mode & 0o777
  try {
    const made = join(folder, 'made')
    takeLock(made)[Symbol.dispose]()
    expect(modeOf(made)).toBe(0o700)
    const there = join(folder, 'there')
    mkdirSync(there)
    chmodSync(there, 0o750)
    takeLock(there)[Symbol.dispose]()
    expect(modeOf(there)).toBe(0o750)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
