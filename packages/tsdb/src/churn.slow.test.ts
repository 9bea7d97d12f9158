import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

const DIST = new URL('../dist/index.js', import.meta.url).href
const MODEL = new URL('../../model/dist/index.js', import.meta.url).href

/** A million series that live for an hour each, 5,000 at a time, under a retention of two hours. */
const CHURN = `
  import { readdirSync, statSync } from 'node:fs'
  import { join } from 'node:path'
  import { MessageChannel } from 'node:worker_threads'
  import { connectAppender, openReader, openStore } from ${JSON.stringify(DIST)}
  import { Labels } from ${JSON.stringify(MODEL)}

  const HOUR = 3_600_000
  const path = process.argv[1]
  let now = ${Date.UTC(2026, 0, 5, 10)}
  const clock = { now: () => now, monotonicMs: () => performance.now(), sleep: async () => {} }
  const store = await openStore({ path, clock, retentionMs: 2 * HOUR })
  const { port1, port2 } = new MessageChannel()
  store.listen(port1)
  const appender = connectAppender(port2)
  const reader = openReader(store.seat())
  const figures = []
  for (let round = 0, n = 0; round < 204; round++) {
    now += HOUR
    const count = round < 200 ? 5_000 : 1
    for (let i = 0; i < count; i++, n++) {
      const ref = appender.ref(Labels.of({ __name__: 'task_seconds', task: 'task ' + n, pod: 'pod-' + n + '-abcdef', zone: 'z' + (n % 3) }))
      appender.append(ref, now, i)
      appender.release(ref)
    }
    await appender.commit()
    await store.maintain()
    const querier = reader.querier(now - HOUR, now)
    const set = querier.select({ matchers: [{ name: 'zone', operator: '=~', value: 'z.*' }], minMs: now, maxMs: now })
    if (set.count !== count) throw new Error('round ' + round + ': found ' + set.count)
    querier[Symbol.dispose]()
    if (round % 20 === 19 || round === 203) {
      gc()
      const { rss } = process.memoryUsage()
      const disk = readdirSync(path, { recursive: true }).reduce((sum, name) => sum + statSync(join(path, name)).size, 0)
      const { symbols, series } = store.stats()
      figures.push({ made: n, series, symbols, rss, disk })
    }
  }
  console.log(JSON.stringify(figures))
  appender.close()
  reader[Symbol.dispose]()
  await store[Symbol.asyncDispose]()
`

interface Figures {
  readonly made: number
  readonly series: number
  readonly symbols: number
  readonly rss: number
  readonly disk: number
}

test('a million short-lived series leave neither memory nor disk behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-churn-'))
  try {
    const args = ['--expose-gc', '--input-type=module', '-e', CHURN, '--', join(folder, 'data')]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    child.stdout.on('data', (text: Buffer) => {
      out += text.toString()
    })
    await once(child, 'exit')
    const figures = JSON.parse(out) as Figures[]
    const [early, late] = [figures[0]!, figures.at(-1)!]
    expect(late.made).toBeGreaterThanOrEqual(1_000_000)
    expect(late.series).toBeLessThan(20_000)
    expect(late.symbols).toBeLessThan(100_000)
    expect(late.rss, out).toBeLessThan(early.rss * 1.5)
    expect(late.disk, out).toBeLessThan(early.disk * 1.5)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 900_000)
