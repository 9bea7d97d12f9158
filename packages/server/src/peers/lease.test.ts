import type { ClusterView, LeaseView } from '@weir/alerting'
import { expect, test } from 'vitest'
import { weirConfig } from '../config/weir-config.ts'
import { peerFamilies } from '../telemetry/peer-families.ts'
import { leaseOf, leaseRemarks } from './lease.ts'

const ENGINE = { engine: 'prometheus', write_url: 'http://e/write', read_url: 'http://e' }
const OTHERS = ['http://b:9347', 'http://c:9347']

test.each<[string, object, string]>([
  [
    'the embedded store',
    { notifications: { peers: OTHERS } },
    'want storage.metrics.engine: prometheus, so that all have the same metrics',
  ],
  [
    'one other Weir',
    { notifications: { peers: ['http://b:9347'] }, storage: { metrics: ENGINE } },
    'want at least two other Weirs in notifications.peers (one of them may only vote): of two, none goes on alone',
  ],
])('a lease with %s is refused', (_, config, why) => {
  for (const run of ['lease', 'vote']) {
    const read = weirConfig.safeParse({ ...config, rules: { run } })
    expect(read.error?.issues[0]).toMatchObject({ path: ['rules', 'run'], message: why })
  }
  expect(weirConfig.safeParse(config).success).toBe(true)
})

test.each([
  ['each', {}],
  ['never', {}],
  ['lease', { lease: { timeMs: 20_000, isCandidate: true } }],
  ['vote', { lease: { timeMs: 20_000, isCandidate: false } }],
])('rules.run: %s', (run, wanted) => {
  const notifications = { peers: OTHERS }
  const storage = { metrics: ENGINE }
  const { rules } = weirConfig.parse({ notifications, storage, rules: { run, lease_time: '20s' } })
  expect(leaseOf(rules)).toEqual(wanted)
})

const HELD: LeaseView = {
  state: 'held',
  holder: 'a',
  term: 7,
  voters: 3,
  majority: 2,
  isCandidate: true,
}

function view(lease: Partial<LeaseView>): ClusterView {
  const peer = { address: 'http://b:9347', name: 'b', isUp: false, answeredMs: null, error: 'x' }
  return { status: 'ready', name: 'a', position: 0, peers: [peer], lease: { ...HELD, ...lease } }
}

test.each<[string, ClusterView | undefined, readonly string[]]>([
  ['before there are rules', undefined, []],
  ['held', view({}), []],
  ['held by another one', view({ state: 'other', holder: 'b' }), []],
  [
    'held by nobody',
    view({ state: 'nobody', holder: '' }),
    [
      'Nobody evaluates the rules, as far as is known here: it takes 2 of 3 votes (no answer from http://b:9347)',
    ],
  ],
  [
    'two voters',
    view({ voters: 2 }),
    ['The lease for rules has two voters: when one is away, nobody evaluates them; want a third'],
  ],
])('what a ready Weir says of a lease: %s', (_, seen, remarks) => {
  expect(leaseRemarks(seen)).toEqual(remarks)
})

test('metrics say who evaluates', () => {
  const values = (lease: Partial<LeaseView>): (number | undefined)[] =>
    peerFamilies(view(lease))
      .filter(({ name }) => name.startsWith('weir_rules_lease'))
      .map(({ samples }) => samples[0]?.value)
  expect(values({})).toEqual([1, 1, 7])
  expect(values({ state: 'other' })).toEqual([0, 1, 7])
  expect(values({ state: 'nobody' })).toEqual([0, 0, 7])
})
