import { systemClock } from '@weir/model'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PushedAlert } from '../testing/alertmanager.ts'
import { peer } from '../testing/peers.ts'
import { openSideBySide } from '../testing/side-by-side.ts'

const alertmanager = peer('prometheus-alertmanager')

const NAMES = ['a', 'b', 'c', 'd']
const VALUES = ['', '1', '2', '12', 'x y']
const RECEIVERS = ['r0', 'r1', 'r2']

const name = fc.constantFrom(...NAMES)
const matcher = fc
  .tuple(
    name,
    fc.constantFrom('=', '!=', '=~', '!~'),
    fc.constantFrom(...VALUES, '1|2', '1.*', '.+'),
  )
  .map(([label, operator, value]) => `${label}${operator}${JSON.stringify(value)}`)

const groupBy = fc.oneof(fc.uniqueArray(name, { maxLength: 3 }), fc.constant(['...']))

interface Node {
  readonly receiver: string | undefined
  readonly group_by: readonly string[] | undefined
  readonly matchers: readonly string[]
  readonly continue: boolean
  readonly routes: readonly Node[]
}

const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.record({
    receiver: fc.option(fc.constantFrom(...RECEIVERS), { nil: undefined }),
    group_by: fc.option(groupBy, { nil: undefined }),
    matchers: fc.array(matcher, { maxLength: 2 }),
    continue: fc.boolean(),
    routes: fc.oneof({ maxDepth: 2 }, fc.constant([]), fc.array(tie('node'), { maxLength: 3 })),
  }),
}))

/** No alert is on both sides: of several sources Alertmanager keeps one only, which may be one that does not count. */
const inhibitRule = fc.record({
  source_matchers: matcher.map((one) => ['d="1"', one]),
  target_matchers: matcher.map((one) => ['d!="1"', one]),
  equal: fc.uniqueArray(name, { maxLength: 2 }),
})

const alert = fc
  .tuple(...NAMES.map(() => fc.constantFrom(...VALUES)))
  .map((values) => Object.fromEntries(NAMES.map((label, i) => [label, values[i]!])))

type World = typeof world extends fc.Arbitrary<infer T> ? T : never

const world = fc.record({
  routes: fc.array(node, { maxLength: 4 }),
  group_by: groupBy,
  inhibit_rules: fc.array(inhibitRule, { maxLength: 2 }),
  alerts: fc.array(alert, { minLength: 1, maxLength: 60 }),
  silenced: fc.option(fc.constantFrom('1', '2'), { nil: undefined }),
})

/** JSON is YAML. The first turn is far away, so that groups stand still. */
const configOf = ({ routes, group_by, inhibit_rules }: World): string =>
  JSON.stringify({
    route: { receiver: 'r0', group_by, group_wait: '1h', routes },
    receivers: RECEIVERS.map((receiver) => ({ name: receiver })),
    inhibit_rules,
  })

test.runIf(alertmanager !== undefined)(
  'random trees, rules and alerts make the same groups in Alertmanager and in Weir',
  { timeout: 600_000 },
  async () => {
    const property = fc.asyncProperty(world, async (made) => {
      await using both = await openSideBySide(alertmanager!, () => configOf(made))
      const nowMs = systemClock.now()
      if (made.silenced !== undefined) {
        await both.silence([{ name: 'd', operator: '=', value: made.silenced }])
      }
      const alerts = made.alerts.map((labels): PushedAlert => ({
        labels: { alertname: 'A', ...labels },
        annotations: {},
      }))
      await both.push(alerts, nowMs, nowMs + 3_600_000)
      await systemClock.sleep(300) // Alertmanager sorts what it took a little later
      const groups = await both.groups()
      expect(groups.weir).toEqual(groups.peer)
    })
    await fc.assert(property, { numRuns: 25, interruptAfterTimeLimit: 60_000, endOnFailure: true })
  },
)
