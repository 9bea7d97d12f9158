import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { expect } from 'vitest'

const DIST = new URL('../../dist/', import.meta.url).href
const MODEL = new URL('../../../model/dist/index.js', import.meta.url).href

/**
 * Makes a store, and then for each seed: damages a copy of it, checks it, opens it, reads all, writes,
 * seals; damages another copy in the same way and repairs it. Prints a line of JSON a seed. Runs in a
 * process of its own: a damaged file must not end it, and this is how one sees that.
 */
const DAMAGER = `
  import { cpSync, readFileSync, readdirSync, writeFileSync, rmSync } from 'node:fs'
  import { join } from 'node:path'
  import { checkData, openReader, openStore, repairData } from ${JSON.stringify(`${DIST}index.js`)}
  import { Labels, SampleColumns } from ${JSON.stringify(MODEL)}

  const [folder, firstSeed, count] = [process.argv[1], Number(process.argv[2]), Number(process.argv[3])]
  const START = ${Date.UTC(2026, 0, 5, 10)}
  let now = START
  const clock = { now: () => now, monotonicMs: () => performance.now(), sleep: async () => {} }
  const options = (path) => ({ path, clock, outOfOrderWindowMs: 86_400_000 })
  const whole = join(folder, 'whole')
  const series = Array.from({ length: 60 }, (_, i) => Labels.of({ __name__: 'm' + (i % 7), i: 'value ' + i }))
  const value = (step, i) => step * i + (i % 3 === 0 ? 0.25 : 0)
  const STEPS = 200

  await fill()
  for (let seed = firstSeed; seed < firstSeed + count; seed++) await attempt(seed)

  async function fill() {
    const store = await openStore(options(whole))
    const appender = store.appender()
    const refs = series.map((labels) => appender.ref(labels))
    for (let step = 0; step < STEPS; step++) {
      now = START + step * 60_000
      for (const [i, ref] of refs.entries()) appender.append(ref, now, value(step, i))
      await appender.commit()
      if (step % 20 === 10) await store.maintain()
    }
    await store.keyValue().write([{ key: 'alert', value: 'firing' }])
    await store[Symbol.asyncDispose]()
  }

  function random(seed) {
    let state = seed >>> 0
    return (below) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
  }

  function damage(path, seed) {
    const next = random(seed * 7919 + 1)
    for (let i = 0; i < 5; i++) next(2)
    const windows = readdirSync(join(path, 'windows')).map((name) => join('windows', name))
    const names = ['weir.mdb', 'weir.mdb', 'weir.mdb', ...windows]
    const name = names[next(names.length)]
    const file = join(path, name)
    let bytes = readFileSync(file)
    const kind = ['flip', 'flip', 'bits', 'zero', 'truncate', 'noise', 'swap'][next(7)]
    const page = () => next(Math.max(1, Math.floor(bytes.length / 4096))) * 4096
    if (kind === 'flip') bytes[next(bytes.length)] ^= 1 << next(8)
    if (kind === 'bits') for (let i = 0; i < 40; i++) bytes[next(bytes.length)] ^= 1 << next(8)
    if (kind === 'zero') bytes.fill(0, page()).length
    if (kind === 'noise') { const at = page(); for (let i = at; i < at + 64 && i < bytes.length; i++) bytes[i] = next(256) }
    if (kind === 'truncate') bytes = bytes.subarray(0, next(bytes.length))
    if (kind === 'swap') { const [a, b] = [page(), page()]; bytes.copy(bytes, a, b, b + 4096) }
    writeFileSync(file, bytes)
    return kind + ' ' + name
  }

  function damagedCopy(path, seed) {
    rmSync(path, { recursive: true, force: true })
    cpSync(whole, path, { recursive: true })
    return damage(path, seed)
  }

  async function attempt(seed) {
    const path = join(folder, 'copy')
    const what = damagedCopy(path, seed)
    process.stdout.write('begin ' + seed + ' ' + what + '\\n')
    const report = checkData(path)
    const found = report.problems.length > 0
    const outcome = await use(path)
    if (outcome.wrong > 0 || (outcome.failed > 0 && !found)) throw new Error(seed + ' ' + what + ' ' + JSON.stringify([outcome, report]))
    damagedCopy(path, seed)
    const repaired = await repair(path)
    process.stdout.write(JSON.stringify({ seed, what, found, repaired, ...outcome }) + '\\n')
  }

  /** Repairs, and reads what is left: some may be missing, nothing may be wrong. */
  async function repair(path) {
    try {
      const { before } = await repairData(path)
      if (before === '') return false
    } catch (error) {
      if (error.code !== 'STORAGE_CORRUPT') throw error
      return false
    }
    const { problems } = checkData(path)
    if (problems.length > 0) throw new Error('still damaged: ' + JSON.stringify(problems))
    const store = await openStore(options(path))
    const reader = openReader(store.seat())
    const querier = reader.querier(0, 2 ** 50)
    for (const [i, labels] of series.entries()) {
      const matchers = [...labels].map(([name, value]) => ({ name, operator: '=', value }))
      const set = querier.select({ matchers, minMs: 0, maxMs: 2 ** 50 })
      const columns = new SampleColumns()
      for (let k = 0; k < set.count; k++) set.read(k, 0, 2 ** 50, columns)
      for (let k = 0; k < columns.length; k++) {
        if (columns.values[k] !== value((columns.times[k] - START) / 60_000, i)) throw new Error('wrong after repair')
      }
    }
    querier[Symbol.dispose]()
    reader[Symbol.dispose]()
    await store[Symbol.asyncDispose]()
    return true
  }

  async function use(path) {
    const outcome = { refused: '', right: 0, failed: 0, wrong: 0 }
    let store
    try { store = await openStore(options(path)) } catch (error) {
      if (!String(error.code).startsWith('STORAGE_') || !error.message.includes(path)) throw error
      return { ...outcome, refused: error.code, failed: 1 }
    }
    const reader = openReader(store.seat())
    for (let from = 0; from < STEPS; from += 50) {
      for (const [i, labels] of series.entries()) {
        try {
          outcome[isRight(reader, labels, i, from) ? 'right' : 'wrong']++
        } catch (error) {
          if (error.code !== 'STORAGE_CORRUPT') throw error
          outcome.failed++
        }
      }
    }
    const kept = (() => { try { return store.keyValue().get('alert') } catch (error) { return error.code } })()
    if (kept === 'STORAGE_CORRUPT') outcome.failed++
    else if (kept !== 'firing') outcome.wrong++
    const appender = store.appender()
    for (let step = STEPS; step < STEPS + 30; step++) {
      for (const labels of series) appender.append(appender.ref(labels), START + step * 60_000, 1)
    }
    const saved = now
    await appender.commit().catch(mustBeStorage)
    for (const hours of [1, 30]) {
      now = saved + hours * 3_600_000
      await store.maintain().catch(mustBeStorage)
    }
    now = saved
    reader[Symbol.dispose]()
    await store[Symbol.asyncDispose]()
    return outcome
  }

  /** Whether a series has what it had, for 50 steps from one on. */
  function isRight(reader, labels, i, from) {
    const [minMs, maxMs] = [START + from * 60_000, START + (from + 49) * 60_000]
    const matchers = [...labels].map(([name, value]) => ({ name, operator: '=', value }))
    const querier = reader.querier(minMs, maxMs)
    try {
      const set = querier.select({ matchers, minMs, maxMs })
      const columns = new SampleColumns()
      for (let k = 0; k < set.count; k++) set.read(k, minMs, maxMs, columns)
      if (columns.length !== 50) return false
      for (let k = 0; k < 50; k++) {
        const step = from + k
        if (columns.times[k] !== START + step * 60_000 || columns.values[k] !== value(step, i)) return false
      }
      return true
    } finally { querier[Symbol.dispose]() }
  }

  function mustBeStorage(error) {
    if (!String(error.code).startsWith('STORAGE_')) throw error
  }
`

interface Outcome {
  readonly seed: number
  readonly what: string
  /** `checkData` saw it. */
  readonly found: boolean
  readonly repaired: boolean
  readonly refused: string
  readonly right: number
  readonly failed: number
}

/** Damages a store in `count` ways; fails when a process dies, a number is wrong or damage is not found. */
export async function damageLoop(firstSeed: number, count: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-damage-'))
  const outcomes: Outcome[] = []
  let begun = ''
  let errors = ''
  try {
    const args = ['--input-type=module', '-e', DAMAGER, '--', folder, `${firstSeed}`, `${count}`]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stderr.on('data', (text: Buffer) => {
      errors += text.toString()
    })
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('begin ')) begun = line
      else outcomes.push(JSON.parse(line) as Outcome)
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    expect({ errors, signal: child.signalCode, code: child.exitCode }, begun).toEqual({
      errors: '',
      signal: null,
      code: 0,
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  expect(outcomes).toHaveLength(count)
  // Both must happen, or the loop proves nothing.
  expect(outcomes.some(({ refused }) => refused === 'STORAGE_CORRUPT')).toBe(true)
  expect(outcomes.some(({ repaired }) => repaired)).toBe(true)
  expect(outcomes.some(({ refused, right, failed }) => !refused && right > 0 && failed > 0)).toBe(
    true,
  )
}
