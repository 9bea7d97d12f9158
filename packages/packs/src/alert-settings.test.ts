import { expect, test } from 'vitest'
import { packAlertRows } from './alert-rows.ts'
import { nearest, settingsProblems, withAlertSettings } from './alert-settings.ts'
import type { Pack, PackAlert } from './pack.ts'
import { packRuleGroups } from './rule-groups.ts'

const ALERT: PackAlert = {
  name: 'Slow',
  expr: 'x_delay',
  threshold: { op: '>', value: 600, unit: 's', by: 'kind', values: { BRAZE: 60 } },
  forText: '5m',
  severity: 'warning',
  pipeline: '{{ $labels.kind }}',
  stage: 'sink',
  summary: '',
  description: '',
  runbook: '',
}

const PACK: Pack = {
  id: 'x',
  title: 'X',
  description: '',
  detect: [],
  metricPrefix: 'x_',
  scrape: [],
  metrics: [],
  stages: [],
  records: [],
  alerts: [ALERT, { ...ALERT, name: 'Gone', expr: 'absent(x_delay)', threshold: undefined! }].map(
    ({ threshold, ...alert }) => (threshold === undefined ? alert : { ...alert, threshold }),
  ),
  dashboards: [],
}

const rules = (pack: Pack): unknown[] => packRuleGroups(pack).flatMap((group) => group.rules)

test('a pack without settings stays what it is', () => {
  expect(withAlertSettings(PACK, { Other: { value: 1 } })).toBe(PACK)
})

test('limits, waiting time and severity are put in; single limits add to those of the pack', () => {
  const own = withAlertSettings(PACK, {
    Slow: { value: 120, values: { SLACK: 5 }, for: '2m', severity: 'critical' },
  })
  expect(rules(own)).toMatchObject([
    { alert: 'Slow', for: '2m', labels: { severity: 'critical' } },
    { alert: 'Gone', for: '5m', labels: { severity: 'warning' } },
  ])
  const { expr } = packAlertRows(own)[0]!
  for (const part of ['> 120', '"BRAZE", "", "")) > 60', '"SLACK", "", "")) > 5']) {
    expect(expr).toContain(part)
  }
})

test('a switched-off alert has no rule, and the page still knows it', () => {
  const own = withAlertSettings(PACK, { Slow: { disabled: true } })
  expect(rules(own)).toMatchObject([{ alert: 'Gone' }])
  expect(packAlertRows(own)[0]).toMatchObject({ name: 'Slow', isDisabled: true })
})

test('the page learns what is the default and what is not', () => {
  const own = withAlertSettings(PACK, { Slow: { value: 120, values: { BRAZE: 90 } } })
  expect(packAlertRows(own)[0]).toMatchObject({
    threshold: { value: 120, values: { BRAZE: 90 } },
    shipped: {
      forText: '5m',
      severity: 'warning',
      threshold: { value: 600, values: { BRAZE: 60 } },
    },
  })
  expect(packAlertRows(PACK)[0]!.shipped).toBeNull()
})

test('unknown alerts are told with the nearest one, and limits that nothing is compared with', () => {
  expect(settingsProblems([PACK], { Slw: { value: 1 }, Gone: { value: 1, for: '1m' } })).toEqual([
    { path: ['Slw'], message: 'no pack has an alert of this name; the nearest is Slow' },
    {
      path: ['Gone', 'value'],
      message: 'this alert compares with no limit; for, severity and disabled can be set',
    },
  ])
})

test.each([
  ['RudderDeliverySlw', ['RudderDeliverySlow', 'RudderAborted'], 'RudderDeliverySlow'],
  ['rudderdeliveryslow', ['RudderDeliverySlow'], 'RudderDeliverySlow'],
  ['Nothing', ['RudderDeliverySlow'], undefined],
  ['Any', [], undefined],
])('nearest to %s of %j is %s', (word, known, want) => expect(nearest(word, known)).toBe(want))
