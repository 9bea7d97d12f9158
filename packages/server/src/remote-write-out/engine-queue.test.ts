import { assert, asyncProperty, array, boolean, integer } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { START_MS, SenderStand } from './testing/stand.ts'

/** The way to an engine that keeps the samples. */
function openEngine(keys: Readonly<Record<string, unknown>> = {}): Promise<SenderStand> {
  return SenderStand.open([{ name: 'engine', ...keys }, { name: 'other' }], {
    externalLabels: { site: 'north' },
    engineLabels: { weir: 'a' },
  })
}

const sentTo = (stand: SenderStand, label: string): string[] =>
  stand.receiver.taken.filter((line) => line.includes(label))

test('samples get the labels of the engine, and others external ones', async () => {
  await using stand = await openEngine()
  await stand.put({ a: 1 })
  await stand.run(6_000)
  expect(stand.receiver.taken.sort()).toEqual([
    `a site=north 1 @${START_MS}`,
    `a weir=a 1 @${START_MS}`,
  ])
})

describe('one sample that the engine refuses', () => {
  test('costs itself only, and is counted; of other endpoints it costs the request', async () => {
    await using stand = await openEngine()
    stand.receiver.react = ({ lines }) =>
      lines.some((line) => line.startsWith('bad')) ? { status: 400, text: 'out of order' } : 204
    await stand.put({ a: 1, b: 2, bad: 3, c: 4, d: 5 })
    await stand.run(6_000)
    expect(sentTo(stand, 'weir=a')).toHaveLength(4)
    expect(sentTo(stand, 'site=north')).toEqual([])
    expect(stand.metric('sent_total{kind="sample",queue="engine"}')).toBe(4)
    expect(stand.metric('failed_total{kind="sample",queue="engine"}')).toBe(1)
    expect(stand.metric('failed_total{kind="sample",queue="other"}')).toBe(5)
    expect(stand.metric('pending_samples{queue="engine"}')).toBe(0)
    expect(stand.logged.filter((line) => line.includes('out of order'))).toHaveLength(2) // a queue each
  })

  test('whichever are bad: all others arrive, in order', async () => {
    await assert(
      asyncProperty(
        array(boolean(), { minLength: 1, maxLength: 24 }),
        integer({ min: 1, max: 9 }),
        async (bad, perSend) => {
          await using stand = await openEngine({ queue_config: { max_samples_per_send: perSend } })
          const isBad = (line: string): boolean => bad[Number(/ (\d+) @/.exec(line)![1])]!
          stand.receiver.react = ({ lines }) => (lines.some(isBad) ? 400 : 204)
          for (const i of bad.keys()) {
            await stand.put({ one: i })
            await stand.run(1_000)
          }
          await stand.run(6_000)
          const got = sentTo(stand, 'weir=a').map((line) => Number(/ (\d+) @/.exec(line)![1]))
          expect(got).toEqual([...bad.keys()].filter((i) => !bad[i]))
        },
      ),
      { numRuns: 4 },
    )
  })

  test('an engine that takes nothing costs a bounded number of requests', async () => {
    await using stand = await openEngine({ queue_config: { max_samples_per_send: 1_000 } })
    stand.receiver.react = () => 400
    await stand.put(Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`m${i}`, i])))
    await stand.run(6_000)
    expect(stand.metric('failed_total{kind="sample",queue="engine"}')).toBe(1_000)
    expect(stand.metric('requests_total{outcome="parted",queue="engine"}')).toBe(128)
  })

  test('an engine that does not take the credentials gets all once it does', async () => {
    await using stand = await openEngine()
    stand.receiver.react = () => 401
    await stand.put({ a: 1, b: 2 })
    await stand.run(6_000)
    expect(stand.metric('failed_total{kind="sample",queue="engine"}')).toBe(0)
    stand.receiver.react = () => 204
    await stand.run(6_000)
    expect(new Set(stand.receiver.taken.map((line) => line[0]))).toEqual(new Set('ab'))
  })
})

describe('what waits for the engine', () => {
  test('is hurried for whoever is about to ask', async () => {
    await using stand = await openEngine()
    await stand.put({ a: 1 })
    const asked = stand.sender.caughtUp(1_000)
    await stand.run(0)
    await asked
    expect(sentTo(stand, 'weir=a')).toHaveLength(1)
    expect(sentTo(stand, 'site=north')).toEqual([]) // it waits for its deadline
    await stand.sender.caughtUp(1_000) // nothing is left to be sent
  })

  test('is waited for so long and no longer', async () => {
    await using stand = await openEngine()
    stand.receiver.react = () => 'hang'
    await stand.put({ a: 1 })
    let isOver = false
    const asked = stand.sender.caughtUp(1_000).then(() => (isOver = true))
    await stand.run(900)
    expect(isOver).toBe(false)
    await stand.run(200)
    await asked
  })

  test('is not waited for when the engine takes nothing', async () => {
    await using stand = await openEngine()
    stand.receiver.react = () => 503
    await stand.put({ a: 1 })
    await stand.run(6_000)
    await stand.sender.caughtUp(1_000)
    expect(sentTo(stand, 'weir=a')).toEqual([])
  })
})
