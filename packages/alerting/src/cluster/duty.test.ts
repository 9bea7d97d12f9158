import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { alertingInMemory } from '../testing/alerting-in-memory.ts'
import { DutyWorld } from '../testing/duty-world.ts'
import { ManualClock } from '../testing/manual-clock.ts'

const CONFIG = `
route: { receiver: hook, group_by: [alertname], group_wait: 1s, group_interval: 5s, repeat_interval: 4h }
receivers:
  - name: hook
    webhook_configs: [{ url: 'http://there/hook' }]
`

const RULES = `
groups:
  - name: g
    interval: 15s
    rules:
      - record: down
        expr: up == 0
      - alert: X
        expr: up == 0
        for: 90s
`

async function world(
  names = ['a', 'b', 'c'],
  { config = CONFIG, rules = RULES } = {},
): Promise<DutyWorld> {
  const all = new DutyWorld({ names, config, rules })
  for (const weir of all.weirs.values()) await weir.start()
  await all.pass(30)
  expect(names).toContain(all.holder)
  return all
}

/** Each time that rules were written for has one writer. */
function expectOneWriter({ writers }: DutyWorld): void {
  expect(writers.size).toBeGreaterThan(3)
  expect([...writers].filter(([, names]) => names.size !== 1)).toEqual([])
}

test('one evaluates; all show its alerts; when it dies another one goes on, and nobody is told twice', async () => {
  const all = await world()
  const first = all.holder
  all.failing = ['db']
  await all.until(80)
  expect(all.heard).toEqual([])
  // Others give way to the holder, and then to each other.
  const turns = [...all.weirs.values()].map(({ alerting }) => alerting.peers.view().position)
  expect(turns.toSorted((a, b) => a - b)).toEqual([0, 1, 2])
  expect(all.weirs.get(first)!.alerting.peers.view().position).toBe(0)
  for (const { alerting } of all.weirs.values()) {
    expect(alerting.alerts().alerts).toMatchObject([{ state: 'pending' }])
  }

  await all.weirs.get(first)!.kill()
  await all.pass(17)
  const second = all.holder
  expect(second).not.toBe('')
  expect(second).not.toBe(first)
  // It began to fail between 30 and 45 s, and nobody looked for some 12 s.
  await all.until(170)
  expect(all.heard.map(({ text }) => text)).toEqual([`${second} hook firing X`])
  expect(all.heard[0]!.at).toBeGreaterThan(120)
  expect(all.heard[0]!.at).toBeLessThan(160)

  await all.weirs.get(first)!.start()
  await all.until(240)
  expect(all.holder).toBe(second)
  await all.weirs.get(second)!.kill()
  await all.until(300)
  expect(all.holder).not.toBe('')
  expect(all.heard).toHaveLength(1)

  all.failing = []
  await all.until(360)
  expect(all.heard.map(({ text }) => text.slice(2))).toEqual(['hook firing X', 'hook resolved X!'])
  expectOneWriter(all)
  await all.end()
})

test('an alert that ended while nobody looked is told to be over, once', async () => {
  const all = await world()
  all.failing = ['db']
  await all.until(160)
  expect(all.heard).toHaveLength(1)
  const first = all.holder
  await all.weirs.get(first)!.kill()
  all.failing = []
  await all.until(230)
  expect(all.heard.map(({ text }) => text.slice(2))).toEqual(['hook firing X', 'hook resolved X!'])
  // What it knew of the alert is old news when it is back.
  await all.weirs.get(first)!.start()
  await all.until(800)
  expect(all.heard).toHaveLength(2)
  await all.end()
})

test('who is cut off evaluates nothing, tells nothing, and takes nothing back', async () => {
  const all = await world()
  all.failing = ['db']
  await all.until(160)
  const first = all.holder
  all.cut.add(first)
  await all.until(800)
  expect(all.holder).not.toBe(first)
  expect(all.holder).not.toBe('')
  expect(all.heard.map(({ text }) => text)).toEqual([`${first} hook firing X`])
  all.cut.clear()
  await all.until(900)
  all.failing = []
  await all.until(960)
  expect(all.heard.map(({ text }) => text.slice(2))).toEqual(['hook firing X', 'hook resolved X!'])
  expectOneWriter(all)
  await all.end()
})

/** Paused as by SIGSTOP, at any moment and for any time: the clocks run, the process does not. */
test('who was paused writes nothing and tells nothing before it has looked at its lease', async () => {
  // Long waits and tries, so that a pause often falls into one.
  const slow = {
    config: CONFIG.replace('group_wait: 1s', 'group_wait: 30s'),
    rules: RULES.replace('for: 90s', 'for: 15s'),
  }
  const ms = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max })
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        // Answers that take longer than pauses between evaluations bring pauses into the middle of them.
        answerMs: fc.constantFrom(0, 0, 3000, 9000),
        untilPauseMs: ms(0, 100_000),
        pausedMs: fc.oneof(ms(0, 12_000), ms(12_000, 60_000), ms(60_000, 150_000)),
        isReceiverDown: fc.boolean(),
      }),
      async ({ answerMs, untilPauseMs, pausedMs, isReceiverDown }) => {
        const all = await world(['a', 'b', 'c'], slow)
        Object.assign(all, { answerMs, isReceiverDown, failing: ['db'] })
        await all.clock.advance(untilPauseMs)
        const paused = all.weirs.get(all.holder)!
        paused.pause()
        await all.pass(Math.min(pausedMs / 2000, 20))
        all.isReceiverDown = false
        await all.clock.advance(pausedMs - Math.min(pausedMs / 2, 20_000))
        paused.wake()
        await all.pass(150)
        all.failing = []
        await all.pass(90)
        expect(all.unlawful).toEqual([])
        expect(all.heard.map(({ text }) => text.slice(2))).toEqual([
          'hook firing X',
          'hook resolved X!',
        ])
        expectOneWriter(all)
        await all.end()
      },
    ),
    { numRuns: Number(process.env['WEIR_PAUSE_RUNS'] ?? 3) },
  )
}, 60_000)

test('of two, the one that is left waits; with a third that only votes, it goes on', async () => {
  const two = await world(['a', 'b'])
  await two.weirs.get(two.holder)!.kill()
  await two.pass(120)
  expect(two.holder).toBe('')
  await two.end()

  const three = await world(['a', 'b', 'voter'])
  const first = three.holder
  expect(three.weirs.get('voter')!.lease).toMatchObject({ isCandidate: false, holder: first })
  await three.weirs.get(first)!.kill()
  await three.pass(20)
  expect(three.holder).toBe(first === 'a' ? 'b' : 'a')
  await three.end()
})

test('where others evaluate the rules, nothing is asked and nothing is told', async () => {
  const clock = new ManualClock(Date.parse('2026-05-01T12:00:00Z'))
  let asked = 0
  const query = async (): Promise<[]> => {
    asked++
    return []
  }
  const ruleFiles = [{ fileName: 'rules.yml', text: RULES }]
  for (const evaluatesRules of [false, true]) {
    await using alerting = await alertingInMemory({ clock, query, ruleFiles, evaluatesRules })
    await alerting.reload({ ruleFiles: [{ fileName: 'other.yml', text: RULES }] })
    await clock.advance(60_000)
    expect(asked > 0).toBe(evaluatesRules)
  }
})

test('who stops hands over: another one evaluates within seconds', async () => {
  const all = await world()
  const first = all.holder
  const stopping = all.weirs.get(first)!.alerting[Symbol.asyncDispose]()
  await all.pass(4)
  expect([...all.weirs.keys()].filter((name) => name !== first)).toContain(all.holder)
  await stopping
  await all.end()
})
