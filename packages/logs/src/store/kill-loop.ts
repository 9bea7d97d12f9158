import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { MessageChannel } from 'node:worker_threads'
import { systemClock } from '@weir/model'
import { expect } from 'vitest'
import { openLogReader } from './log-reader.ts'
import { type LogStoreOptions, openLogStore } from './log-store.ts'

const DIST = new URL('../../dist/index.js', import.meta.url).href
const MODEL = new URL('../../../model/dist/index.js', import.meta.url).href
const ALL = { fromNs: 0n, toNs: 2n ** 62n }

const OPTIONS: Omit<LogStoreOptions, 'folder' | 'clock' | 'onProblem'> = {
  reserveBytes: 0,
  queuedBytesMax: 2 ** 24,
  recentBytes: 40_000, // a part every few commits, and soon eight small ones that become one
  recentAgeMs: 600_000,
  ageMaxMs: 0,
  futureMaxMs: 1e12,
  streamsMax: 100,
  diskBytesMax: 0,
  memoryBytes: 128 * 2 ** 20,
}

/** Appends lines n, n + 1, … as fast as it can, fifty a batch, and prints what was acknowledged. */
const WRITER = `
  import { openLogStore } from ${JSON.stringify(DIST)}
  import { Labels, LogBatchBuilder, systemClock } from ${JSON.stringify(MODEL)}
  let n = Number(process.argv[2])
  const onProblem = (error) => { console.error(error); process.exit(3) }
  const store = await openLogStore({ folder: process.argv[1], clock: systemClock, onProblem, ...${JSON.stringify(OPTIONS)} })
  const builder = new LogBatchBuilder()
  for (;;) {
    for (let k = 0; k < 50; k++, n++) {
      const stream = builder.stream(Labels.of({ service: 's' + (n % 3) }))
      builder.add(stream, BigInt(n), 9, n % 7 === 0 ? 'text ' + n : JSON.stringify({ n, text: 'line of log' }))
    }
    try {
      await store.append(builder.finish())
    } catch (error) {
      if (error.code !== 'STORAGE_BUSY') throw error
      n -= 50
      await new Promise((resolve) => setTimeout(resolve, 5))
      continue
    }
    process.stdout.write(n + '\\n')
  }
`

/** Kills a process that writes, again and again; after each time everything acknowledged is there, once. */
export async function killLoop({
  kills,
  lifeMs: [least, most],
}: {
  readonly kills: number
  readonly lifeMs: readonly [number, number]
}): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-log-kills-'))
  try {
    let next = 1
    for (let kill = 0; kill < kills; kill++) {
      const acknowledged = await writeUntilKilled(
        folder,
        next,
        least + ((most - least) * kill) / kills,
      )
      const numbers = await numbersIn(folder)
      // What was on its way when the process ended may be there or not; each line is there once.
      expect(numbers.length).toBeGreaterThanOrEqual(acknowledged - 1)
      expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => i + 1))
      next = numbers.length + 1
    }
    expect(next).toBeGreaterThan(kills)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @returns the number behind the last line that was acknowledged */
async function writeUntilKilled(folder: string, from: number, lifeMs: number): Promise<number> {
  const args = ['--input-type=module', '-e', WRITER, folder, String(from)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  let acknowledged = from
  let timer: NodeJS.Timeout | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line)
    timer ??= setTimeout(() => child.kill('SIGKILL'), lifeMs)
  }
  const [, signal] = (await ended) as [number | null, string | null]
  expect(signal).toBe('SIGKILL')
  return acknowledged
}

/** The numbers of all lines, ascending. */
async function numbersIn(folder: string): Promise<number[]> {
  const store = await openLogStore({
    folder,
    clock: systemClock,
    ...OPTIONS,
    onProblem: (error) => {
      throw error
    },
  })
  const { port1, port2 } = new MessageChannel()
  store.connectReader(port2)
  const reader = await openLogReader(port1, { folder, threads: 1, memoryBytes: 2 ** 28 })
  try {
    const numbers: number[] = []
    const streams = reader.streams([], ALL)
    const request = { streams, range: ALL, order: 'any', conditions: [], needsText: true } as const
    for await (const lines of reader.lines(request)) {
      for (let i = 0; i < lines.count; i++) {
        const number = Number(lines.timeNs(i))
        expect(lines.line(i)).toMatch(new RegExp(`\\b${number}\\b`))
        numbers.push(number)
      }
    }
    return numbers.sort((a, b) => a - b)
  } finally {
    reader[Symbol.dispose]()
    await store[Symbol.asyncDispose]()
  }
}
