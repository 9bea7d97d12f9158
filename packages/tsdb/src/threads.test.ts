/** What needs more than one thread or process. These run the compiled files: `npm run build` first. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MessageChannel, Worker, receiveMessageOnPort } from 'node:worker_threads'

import { describe, expect, test } from 'vitest'

import { openKeyValueStore } from './key-value.ts'
import { killLoop } from './kill-loop.ts'
import { openStore } from './open-store.ts'
import { connectAppender } from './port-appender.ts'
import { openReader } from './reader.ts'
import type { ReaderSeat } from './seat.ts'
import { START_MS, TestStore, named, samplesOf } from './test-store.ts'

const DIST = new URL('../dist/index.js', import.meta.url).href
const MODEL = new URL('../../model/dist/index.js', import.meta.url).href

/** A reader on a thread of its own: answers `[count of series, count of samples, first wrong value]`. */
const READER = `
  const { workerData, parentPort } = require('node:worker_threads')
  Promise.all([import(${JSON.stringify(DIST)}), import(${JSON.stringify(MODEL)})]).then(
    ([{ openReader }, { SampleColumns }]) => {
      const reader = openReader(workerData)
      const columns = new SampleColumns()
      const ask = () => {
        const querier = reader.querier(0, 2 ** 50)
        const matchers = [{ name: '__name__', operator: '=', value: 'line' }]
        const set = querier.select({ matchers, minMs: 0, maxMs: 2 ** 50 })
        let samples = 0
        let wrong = ''
        for (let i = 0; i < set.count; i++) {
          const slope = Number(set.labels(i).get('slope'))
          columns.clear()
          set.read(i, 0, 2 ** 50, columns)
          samples += columns.length
          for (let k = 0; k < columns.length; k++) {
            const isAscending = k === 0 || columns.times[k] > columns.times[k - 1]
            const isRight = columns.values[k] === ((columns.times[k] - ${START_MS}) / 1000) * slope
            if (!isAscending || !isRight) wrong = [slope, k, columns.times[k], columns.values[k]].join()
          }
        }
        querier[Symbol.dispose]()
        return [set.count, samples, wrong]
      }
      parentPort.on('message', (what) => {
        if (what === 'ask') parentPort.postMessage(ask())
        else { reader[Symbol.dispose](); parentPort.close() }
      })
    },
  )
`

function ask(worker: Worker): Promise<[series: number, samples: number, wrong: string]> {
  return new Promise((resolve) => {
    worker.once('message', resolve)
    worker.postMessage('ask')
  })
}

/** More samples than may wait for their commit beside others. */
const TOO_MANY = 3_400_000

describe('a queue that is full', () => {
  test('refuses the commit, and the store counts what was lost', async () => {
    await using t = await TestStore.open()
    const { port1, port2 } = new MessageChannel()
    t.store.listen(port2)
    const far = connectAppender(port1)
    for (const [i, appender] of [t.store.appender(), far].entries()) {
      const ref = appender.ref(named(`busy_${i}`))
      appender.append(ref, START_MS, 1)
      const first = appender.commit()
      for (let k = 0; k < TOO_MANY; k++) appender.append(ref, START_MS + 1, 1)
      await expect(appender.commit()).rejects.toMatchObject({ code: 'STORAGE_BUSY' })
      expect((await first).appended).toBe(1)
      appender.append(ref, START_MS + 2, 2)
      expect((await appender.commit()).appended).toBe(1)
    }
    far.close()
    expect(t.get('busy_1')).toHaveLength(2)
    const { commitsRefused, samplesRefused } = t.store.stats()
    expect([commitsRefused, samplesRefused]).toEqual([2, 2 * TOO_MANY])
  })
})

describe('readers on other threads', () => {
  test('see what was acknowledged, while windows are sealed and their memory is used again', async () => {
    await using t = await TestStore.open({ headWindowMs: 10_000 })
    const seats = [t.store.seat(), t.store.seat()]
    const workers = seats.map(
      (seat) =>
        new Worker(READER, {
          eval: true,
          execArgv: [],
          workerData: seat,
          transferList: [seat.port],
        }),
    )
    const refs = Array.from({ length: 200 }, (_, i) => t.appender.ref(named(`line{slope=${i}}`)))
    let appended = 0
    for (let second = 0; second < 400; second++) {
      t.clock.nowMs = START_MS + second * 1000
      for (const [i, ref] of refs.entries()) t.appender.append(ref, t.clock.nowMs, second * i)
      appended += (await t.appender.commit()).appended
      const asked = second % 10 === 0 ? ask(workers[second % 20 === 0 ? 0 : 1]!) : undefined
      const atLeast = appended
      await t.store.maintain()
      if (asked === undefined) continue
      // Going on while the query runs: appends and seals race with it.
      t.clock.nowMs += 500
      await t.store.maintain()
      const [series, samples, wrong] = await asked
      expect(wrong).toBe('')
      expect(series).toBe(200)
      expect(samples).toBeGreaterThanOrEqual(atLeast)
    }
    for (const worker of workers) worker.postMessage('end')
  })

  test('hear the news while nobody asks them, so that nothing piles up', async () => {
    await using t = await TestStore.open()
    const seat = t.store.seat()
    using reader = openReader(seat)
    for (let turn = 0; turn < 50; turn++) {
      if (turn < 5) await t.put({ [`line_${turn}`]: [[START_MS, turn]] })
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    }
    expect(receiveMessageOnPort(seat.port)).toBeUndefined()
    expect(samplesOf(reader, 'line_4')).toEqual([[START_MS, 4]])
  })

  test('a thread that dies gives its seat back', async () => {
    await using t = await TestStore.open()
    const first = t.store.seat()
    const worker = new Worker('0', {
      eval: true,
      execArgv: [],
      workerData: first,
      transferList: [first.port],
    })
    await new Promise((resolve) => {
      worker.once('exit', resolve)
    })
    // The port's end is heard of a turn or a few after the thread's.
    const seats: ReaderSeat[] = []
    while (seats.at(-1)?.seat !== first.seat && seats.length < 200) {
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
      seats.push(t.store.seat())
    }
    expect(seats.at(-1)?.seat).toBe(first.seat)
    for (const { port } of seats) port.close()
  })
})

describe('appenders on other threads', () => {
  test('number series by themselves, are told what was refused, and end with the store', async () => {
    await using t = await TestStore.open({ seriesMax: 2 })
    const { port1, port2 } = new MessageChannel()
    t.store.listen(port1)
    const appender = connectAppender(port2)
    const refs = ['a', 'b', 'c'].map((name) => appender.ref(named(name)))
    expect(appender.ref(named('a'))).toBe(refs[0])
    for (const ref of refs) appender.append(ref, START_MS, 7)
    const result = await appender.commit()
    expect(result).toMatchObject({ appended: 2, rejected: { series_limit: 1 } })
    expect(result.example).toContain('c')
    expect(t.get('b')).toEqual([[START_MS, 7]])
    const together = [1, 2, 3].map((step) => {
      appender.append(refs[0]!, START_MS + step, step)
      return appender.commit()
    })
    expect((await Promise.all(together)).map(({ appended }) => appended)).toEqual([1, 1, 1])
    await t.stop()
    appender.append(refs[0]!, START_MS + 9, 9)
    await expect(appender.commit()).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  })
})

describe('one process at a time', () => {
  test('a second one is told who has the directory', async () => {
    await using t = await TestStore.open()
    const again = openStore({ path: t.path, clock: t.clock })
    await expect(again).rejects.toMatchObject({ code: 'STORAGE_LOCKED' })
    await expect(again).rejects.toThrow(`process ${process.pid} has it`)
  })

  test.each([
    ['of a dead process', `${2 ** 22 + 1} 123\n`],
    ['of a process whose number somebody else has now', `${process.pid} 1\n`],
    ['that cannot be read', 'what?'],
  ])('a lock %s is taken over', async (_, content) => {
    await using t = new TestStore()
    writeFileSync(join(t.path, 'weir.lock'), content)
    await t.start()
    expect(readFileSync(join(t.path, 'weir.lock'), 'utf8')).toMatch(`${process.pid} `)
  })

  test('a path that cannot be a directory is refused', async () => {
    const opening = openStore({ path: '/dev/null/weir' })
    await expect(opening).rejects.toMatchObject({ code: 'STORAGE_NOT_WRITABLE' })
  })

  test('a file that is no store is refused', async () => {
    await using t = new TestStore()
    writeFileSync(join(t.path, 'weir.mdb'), 'not a database '.repeat(1000))
    await expect(t.start()).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' })
  })
})

test('the key-value store keeps JSON, all or nothing, in order of key', async () => {
  await using t = await TestStore.open()
  using other = openKeyValueStore(t.path)
  const store = t.store.keyValue()
  await store.write([
    { key: 'a/2', value: { n: 1 } },
    { key: 'a/1', value: [1, 'x', null] },
    { key: 'b', value: 'text' },
  ])
  expect([...other.entries('a/')]).toEqual([
    ['a/1', [1, 'x', null]],
    ['a/2', { n: 1 }],
  ])
  await other.write([
    { key: 'a/1', value: undefined },
    { key: 'c', value: 0 },
  ])
  expect(other.get('a/1')).toBeUndefined()
  expect([...store.entries('')].map(([key]) => key)).toEqual(['a/2', 'b', 'c'])
  const tooLong = [
    { key: 'fine', value: 1 },
    { key: 'k'.repeat(5000), value: 1 },
  ]
  await expect(store.write(tooLong)).rejects.toMatchObject({ code: 'STORAGE_VALUE' })
  expect(store.get('fine')).toBeUndefined()
})

test('kill -9 loses nothing that was acknowledged', async () => {
  await killLoop({ kills: 8, lifeMs: [150, 400] })
}, 60_000)
