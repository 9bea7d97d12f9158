import { expect, test } from 'vitest'
import { ManualClock } from '../testing/manual-clock.ts'
import { type Integration, type Outcome, SENT, refused } from './outcome.ts'
import { ReceiverTests } from './receiver-test.ts'

function setUp(answers: Record<string, () => Promise<Outcome>>) {
  const clock = new ManualClock(1_000_000)
  const sent: string[] = []
  const integrations = Object.entries(answers).map(([kind, answer], index): Integration => ({
    kind,
    index,
    sendsResolved: kind !== 'mail',
    send: async ({ alerts, reason }) => {
      const [{ status, annotations }] = alerts as [(typeof alerts)[number]]
      sent.push(`${kind} ${status} ${reason}: ${annotations.get('summary')}`)
      return answer()
    },
  }))
  const tests = new ReceiverTests({
    clock,
    receiverOf: (name) => (name === 'team' ? { name, labels: {}, integrations } : undefined),
    externalUrl: 'http://weir',
    signal: new AbortController().signal,
  })
  return { clock, sent, tests }
}

test('each integration is tried once, and told that it is over', async () => {
  const { sent, tests } = setUp({
    hook: async () => SENT,
    mail: async () => SENT,
    chat: async () => refused('400: no such channel'),
    odd: async () => {
      throw new Error('oops')
    },
  })
  const sentView = { kind: 'sent', error: '' }
  expect(await tests.run('team')).toEqual([
    { integration: 'hook', index: 0, firing: sentView, resolved: sentView },
    { integration: 'mail', index: 1, firing: sentView, resolved: null },
    {
      integration: 'chat',
      index: 2,
      firing: { kind: 'refused', error: '400: no such channel' },
      resolved: null,
    },
    {
      integration: 'odd',
      index: 3,
      firing: { kind: 'retry', error: 'BUG: Error: oops' },
      resolved: null,
    },
  ])
  expect(sent.filter((line) => line.startsWith('hook'))).toEqual([
    'hook firing test: Test of receiver team: nothing is wrong',
    'hook resolved test: Test of receiver team: nothing is wrong',
  ])
})

test('one integration only, and not again and again', async () => {
  const { clock, sent, tests } = setUp({ hook: async () => SENT, mail: async () => SENT })
  expect(await tests.run('team', { integration: 'mail', index: 1 })).toHaveLength(1)
  expect(sent).toHaveLength(1)
  await expect(tests.run('team')).rejects.toMatchObject({ code: 'RECEIVER_TEST_LIMIT' })
  await clock.advance(10_000)
  expect(await tests.run('team')).toHaveLength(2)
  await clock.advance(10_000)
  await expect(tests.run('nobody')).rejects.toThrow('the config has none of that name')
  await expect(tests.run('team', { integration: 'pager' })).rejects.toMatchObject({
    code: 'RECEIVER_UNKNOWN',
  })
})
