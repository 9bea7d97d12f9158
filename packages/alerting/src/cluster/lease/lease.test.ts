import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LeaseWorld, randomFrom } from '../../testing/lease-world.ts'
import { DRIFT } from './terms.ts'

const TIME_MS = 10_000

function world(count: number, seed = 1, drift = 0): LeaseWorld {
  return new LeaseWorld({ count, timeMs: TIME_MS, random: randomFrom(seed), drift })
}

/** Who held it at each second of a time, without repetitions. */
async function watch(all: LeaseWorld, seconds: number): Promise<string> {
  const seen: string[] = []
  for (let i = 0; i < seconds * 4; i++) {
    await all.clock.advance(250)
    const now = all.holders().join('+') || '-'
    if (seen.at(-1) !== now) seen.push(now)
  }
  return seen.join(' ')
}

describe('three Weirs', () => {
  test('one of them holds the lease, and goes on holding it', async () => {
    const all = world(3)
    expect(await watch(all, 120)).toMatch(/^- n\d$/)
    expect(all.terms.size).toBe(1)
    const [holder] = all.holders()
    expect(all.nodes.map((node) => node.view())).toEqual(
      all.nodes.map(({ name }) => ({
        state: name === holder ? 'held' : 'other',
        holder,
        term: [...all.terms.keys()][0],
        voters: 3,
        majority: 2,
        isCandidate: true,
      })),
    )
    await all.end()
  })

  test('when its holder dies, another one holds it within 15 s, in a later term', async () => {
    const all = world(3)
    await watch(all, 20)
    const dead = all.nodes.find(({ isHeld }) => isHeld)!
    dead.kill(false)
    expect(await watch(all, 15)).toMatch(/^- n\d$/)
    const [first, second] = [...all.terms.keys()]
    expect(second).toBeGreaterThan(first!)
    dead.start()
    // It remembers that it had the vote, and does not say that it has it.
    expect(dead.view()).toMatchObject({ state: 'nobody', holder: '' })
    expect(await watch(all, 60)).toMatch(/^n\d$/)
    await all.end()
  })

  test('who stops gives it back: another one holds it within 3 s', async () => {
    const all = world(3)
    await watch(all, 20)
    const stopping = all.nodes.find(({ isHeld }) => isHeld)!.stop()
    expect(await watch(all, 3)).toMatch(/^(- )?n\d$/)
    await stopping
    await all.end()
  })

  test('who is cut off from the others stops holding it before another one does', async () => {
    const all = world(3)
    await watch(all, 20)
    const cut = all.nodes.findIndex(({ isHeld }) => isHeld)
    all.sides[cut] = 1
    const seen = await watch(all, 60)
    expect(seen).toMatch(new RegExp(`^n${cut} - n[^${cut}]$`))
    all.sides[cut] = 0
    expect(await watch(all, 60)).toBe(seen.slice(-2))
    await all.end()
  })

  test('without a majority nobody holds it', async () => {
    const all = world(3)
    await watch(all, 20)
    all.sides = [0, 1, 2]
    expect(await watch(all, 120)).toMatch(/^n\d -$/)
    all.sides = [0, 0, 2]
    expect(await watch(all, 15)).toMatch(/^(- )?n[01]$/)
    await all.end()
  })

  test('a holder whose machine slept knows, as soon as it wakes, that its time is over', async () => {
    const all = world(3)
    await watch(all, 20)
    const slept = all.nodes.find(({ isHeld }) => isHeld)!
    slept.sleep(60_000)
    expect(await watch(all, 55)).toMatch(/^- n\d$/)
    const [other] = all.holders()
    expect(await watch(all, 30)).toBe(other)
    await all.end()
  })
})

test('of two Weirs one cannot hold it alone', async () => {
  const all = world(2)
  expect(await watch(all, 30)).toMatch(/^- n\d$/)
  all.nodes.find(({ isHeld }) => !isHeld)!.kill(false)
  expect(await watch(all, 60)).toMatch(/^n\d -$/)
  await all.end()
})

/** Something that goes wrong; `at` picks whom it befalls. */
const fault = fc.record({
  kind: fc.constantFrom('kill', 'wipe', 'sleep', 'cut', 'mend', 'lossy', 'slow', 'calm', 'start'),
  at: fc.nat(4),
  lastsMs: fc.integer({ min: 0, max: 25_000 }),
})

test('whatever happens, never do two hold it; where all is well again, one does', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.constantFrom(3, 4, 5),
      fc.array(fault, { minLength: 3, maxLength: 14 }),
      async (seed, count, faults) => {
        const all = world(count, seed, DRIFT)
        for (const { kind, at, lastsMs } of faults) {
          befall(all, kind, at % count, lastsMs)
          for (let ms = 0; ms < lastsMs; ms += 500) {
            await all.clock.advance(500)
            expect(all.holders().length).toBeLessThanOrEqual(1)
          }
        }
        all.loss = 0
        all.delayMaxMs = 100
        all.sides = all.sides.map(() => 0)
        for (const node of all.nodes) if (!node.isUp) node.start()
        for (let ms = 0; ms < 90_000; ms += 1000) {
          await all.clock.advance(1000)
          expect(all.holders().length).toBeLessThanOrEqual(1)
        }
        expect(all.holders()).toHaveLength(1)
        await all.end()
      },
    ),
    { numRuns: Number(process.env['WEIR_LEASE_RUNS'] ?? 25) },
  )
}, 120_000)

function befall(all: LeaseWorld, kind: string, at: number, ms: number): void {
  const node = all.nodes[at]!
  switch (kind) {
    case 'kill':
    case 'wipe':
      if (node.isUp) node.kill(kind === 'wipe')
      return
    case 'start':
      for (const one of all.nodes) if (!one.isUp) one.start()
      return
    case 'sleep':
      node.sleep(ms * 2)
      return
    case 'cut':
      all.sides[at] = at + 1
      return
    case 'mend':
      all.sides = all.sides.map(() => 0)
      return
    case 'lossy':
      all.loss = 0.3
      return
    case 'slow':
      all.delayMaxMs = 3000
      return
    case 'calm':
      all.loss = 0
      all.delayMaxMs = 0
      return
    default:
      throw new Error(`no such fault: ${kind}`)
  }
}
