import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { held, load } from './backup-load.ts'
import { eventually, startWeir, weir } from './weir-process.ts'

const CONFIG = 'packs: { disabled: [weir] }'
const FLAGS = ['--web.enable-admin-api'] as const

let scratch = ''
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'weir-backup-'))
})
afterAll(() => rmSync(scratch, { recursive: true }))

test('a power cut during a backup loses nothing and leaves nothing behind', async () => {
  const dataDir = join(scratch, 'cut')
  let acknowledged = { samples: 0, lines: 0 }
  {
    await using running = await startWeir({ config: CONFIG, flags: FLAGS, dataDir })
    const sent = load(running)
    await eventually('some load', async () => sent.acknowledged.lines > 5)
    await sent.stop()
    acknowledged = sent.acknowledged
    // Of the answer nothing is read: the copy is there when the process ends.
    const answer = await fetch(`${running.web}/api/weir/v1/admin/backup`, { method: 'POST' })
    expect(answer.status).toBe(200)
    await running.kill()
    await answer.arrayBuffer().catch(() => undefined)
  }
  await using again = await startWeir({ config: CONFIG, dataDir })
  expect(await held(again)).toEqual({ ...acknowledged, count: acknowledged.samples })
  expect(readdirSync(join(dataDir, 'snapshots'))).toEqual([])
  const locked = await weir('backup', '--data-dir', dataDir, '--out', join(scratch, 'x.tar.gz'))
  expect(locked.code).toBe(2)
  expect(locked.err).toMatch(/process \d+ has it/)
}, 90_000)

test('a folder of backups of a Weir, running and stopped, gives back what it was', async () => {
  const dataDir = join(scratch, 'twice')
  const folder = join(scratch, 'backups/')
  const took = async (
    ...of: string[]
  ): Promise<{ newBytes: number; bytes: number; name: string }> => {
    const { out, err } = await weir('backup', ...of, '--out', folder, '--keep', '2', '--json')
    expect(err).toBe('')
    return JSON.parse(out) as { newBytes: number; bytes: number; name: string }
  }
  let acknowledged = { samples: 0, lines: 0 }
  {
    await using running = await startWeir({ config: CONFIG, flags: FLAGS, dataDir })
    const sent = load(running)
    await eventually('some load', async () => sent.acknowledged.lines > 5)
    await took('--server', running.web)
    await sent.stop()
    acknowledged = sent.acknowledged
    await took('--server', running.web)
  }
  const stopped = await took('--data-dir', dataDir)
  expect((await took('--data-dir', dataDir)).newBytes).toBe(0)
  expect(stopped.bytes).toBeGreaterThan(0)
  expect((await weir('backup', '--verify', folder)).code).toBe(0)
  const restored = join(scratch, 'restored')
  const { code } = await weir('restore', folder, '--at', stopped.name, '--data-dir', restored)
  expect(code).toBe(0)
  expect((await weir('check', 'data', restored)).code).toBe(0)
  await using again = await startWeir({ config: CONFIG, dataDir: restored })
  expect(await held(again)).toEqual({ ...acknowledged, count: acknowledged.samples })
}, 120_000)
