import { expect, test } from 'vitest'
import type { AlertInstance, RuleGroup } from '../api/prometheus.ts'
import { countStates, shownGroups } from './rule-filter.ts'

function rule(name: string, ...states: AlertInstance['state'][]): RuleGroup['rules'][number] {
  const alerts = states.map((state, i) => ({
    labels: { dag_id: `d${i}` },
    annotations: {},
    state,
    activeAt: '',
    value: '1',
  }))
  return {
    type: 'alerting',
    name,
    query: 'up == 0',
    duration: 0,
    state: states[0] ?? 'inactive',
    labels: {},
    annotations: {},
    alerts,
    health: 'ok',
  }
}

function group(name: string, ...rules: RuleGroup['rules']): RuleGroup {
  return { name, file: 'f', interval: 15, evaluationTime: 0, lastEvaluation: '', rules }
}

const GROUPS = [
  group('quiet', rule('Idle'), { type: 'recording', name: 'r', query: 'x', health: 'ok' }),
  group('loud', rule('Calm'), rule('Down', 'pending', 'firing')),
]

test('each alert counts, and a rule without one is inactive', () => {
  expect(countStates(GROUPS)).toEqual({ firing: 1, pending: 1, inactive: 2 })
})

test.each([
  ['', undefined, ['loud: Down×2 Calm×0', 'quiet: Idle×0']],
  ['', 'firing', ['loud: Down×1']],
  ['', 'inactive', ['quiet: Idle×0', 'loud: Calm×0']],
  ['idle', undefined, ['quiet: Idle×0']],
  ['LOUD down', undefined, ['loud: Down×2']],
  ['d1', 'pending', ['loud: Down×1']],
  ['nothing', undefined, []],
])('search %j, state %j shows %j', (query, state, want) => {
  const shown = shownGroups(GROUPS, query, state).map(
    ({ name, rules }) =>
      `${name}: ${rules.map((each) => `${each.name}×${each.type === 'alerting' ? each.alerts.length : '-'}`).join(' ')}`,
  )
  expect(shown).toEqual(want)
})

test("a dead man's switch that beats does not count as firing", () => {
  const beat = rule('Watchdog', 'firing')
  const quiet = beat.type === 'alerting' && {
    ...beat,
    alerts: beat.alerts.map((alert) => ({ ...alert, labels: { severity: 'none' } })),
  }
  const groups = [group('weir', quiet || beat)]
  expect(countStates(groups)).toEqual({ firing: 0, pending: 0, inactive: 0 })
  expect(shownGroups(groups, '', 'firing')).toEqual([])
  expect(shownGroups(groups, '', undefined)).toHaveLength(1)
})
