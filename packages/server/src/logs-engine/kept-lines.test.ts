import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Labels, type LogBatch, LogBatchBuilder, systemClock } from '@weir/model'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { findPeer, freePort, stopped } from '../http/testing/peers.ts'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { distantEngine, logsStorage } from './config.ts'
import { type KeptLines, openKeptLines } from './kept-lines.ts'
import { StandInLoki } from './testing/stand-in-loki.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-kept-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function open(engine: 'loki' | 'victorialogs', url: string): Promise<KeptLines> {
  const config = distantEngine(
    logsStorage.parse({ engine, url, queue: { min_backoff: '1ms', max_backoff: '20ms' } }),
  )!
  return openKeptLines({
    store: {
      folder: join(folder, 'logs'),
      clock: systemClock,
      reserveBytes: 0,
      queuedBytesMax: 2 ** 20,
      ageMaxMs: 3_600_000,
      futureMaxMs: 600_000,
      streamsMax: 100,
      recentBytes: 2 ** 20,
      recentAgeMs: 600_000,
      diskBytesMax: 0,
      memoryBytes: 256 * 2 ** 20,
      onProblem: (error) => {
        throw error
      },
    },
    engine: { config, folder: join(folder, 'queue') },
    telemetry: { registry: new Registry(), log: new Log(pino({ level: 'silent' })) },
  })
}

function batchOf(...lines: readonly string[]): LogBatch {
  const builder = new LogBatchBuilder()
  const now = BigInt(systemClock.now()) * 1_000_000n
  lines.forEach((line, i) => {
    builder.add(builder.stream(Labels.of({ app: 'shop' })), now + BigInt(i), 17, line, '{"id":"7"}')
  })
  return builder.finish()
}

const sentAll = ({ outlet }: KeptLines): Promise<void> =>
  vi.waitFor(() => expect(outlet!.view().waitingBytes).toBe(0), { interval: 5, timeout: 20_000 })

test('Weir keeps what it copies, and is not held up by a copy that cannot be sent', async () => {
  await using loki = await StandInLoki.open()
  loki.react = () => 500
  await using kept = await open('victorialogs', loki.url)
  expect(await kept.append(batchOf('a', 'b'))).toMatchObject({ appended: 2 })
  expect(kept.stats()).toMatchObject({ appended: 2, recentLines: 2 })
  await vi.waitFor(() => expect(kept.outlet!.view().lastError).toContain('500'), { interval: 5 })
  loki.react = () => 204
  await sentAll(kept)
  expect(loki.taken.map(({ line }) => line)).toEqual(['a', 'b'])
})

test('with a Loki nothing is kept here but what waits, and lines cannot be deleted', async () => {
  await using loki = await StandInLoki.open()
  mkdirSync(join(folder, 'logs'))
  writeFileSync(join(folder, 'logs', 'journal-7'), 'of old')
  await using kept = await open('loki', loki.url)
  await kept.append(batchOf('a'))
  await sentAll(kept)
  expect(kept.stats()).toMatchObject({ appended: 1, recentLines: 0, diskBytes: 0 })
  const range = { fromNs: 0n, toNs: 1n }
  await expect(kept.delete({ matchers: [], range, conditions: [] })).rejects.toMatchObject({
    code: 'LOGS_ENGINE_UNSUPPORTED',
  })
  kept.link(join(folder, 'backup'))
  expect(readdirSync(join(folder, 'backup'))).toEqual(['journal-7'])
})

const program = findPeer('victoria-logs')

describe.runIf(program !== undefined)('a real VictoriaLogs', () => {
  test('gets a copy of each line, with what is said beside it', async () => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const flags = [`-storageDataPath=${join(folder, 'vl')}`, `-httpListenAddr=127.0.0.1:${port}`]
    const child = spawn(program!, flags, { stdio: 'ignore' })
    try {
      await using kept = await open('victorialogs', url)
      const lines = Array.from({ length: 20 }, (_, i) => `order ${i} failed`)
      await kept.append(batchOf(...lines)) // it may not be up yet
      await sentAll(kept)
      const found = async (): Promise<string[]> => {
        const answer = await fetch(`${url}/select/logsql/query?query=app:shop`)
        const told = (await answer.text()).split('\n').filter((line) => line !== '')
        return told.map((line) => {
          const { _msg, id, severity_text: level } = JSON.parse(line) as Record<string, string>
          return [_msg, id, level].join(' ')
        })
      }
      const want = lines.map((line) => `${line} 7 error`).toSorted()
      await vi.waitFor(async () => expect((await found()).toSorted()).toEqual(want), {
        interval: 50,
        timeout: 20_000,
      })
      expect(kept.outlet!.view().lostLines).toBe(0)
    } finally {
      child.kill('SIGKILL')
      await stopped(child)
    }
  }, 60_000)
})
