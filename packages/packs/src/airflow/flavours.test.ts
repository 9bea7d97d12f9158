import { expect, test } from 'vitest'
import { KnownSeries, namesAsked, packExpressions } from '../check/expressions.ts'
import { hasPromtool, runRuleScript, unlessPromtool } from '../testing/rule-script.ts'
import { FLAVOURS, airflowFlavour } from './flavours.ts'

test.each(FLAVOURS)('%s: every expression finds something under its names', (flavour) => {
  const pack = airflowFlavour(flavour)
  const known = new KnownSeries(pack)
  const blind = packExpressions(pack).filter(
    ({ expr }) => !namesAsked(expr).some((asked) => known.has(asked)),
  )
  expect(blind).toEqual([])
  expect(pack.mapping).toBeUndefined()
  expect(pack.alerts.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'AirflowDagFailing',
      'AirflowDagOverdue',
      'AirflowSchedulerHeartbeatLost',
      'AirflowPoolStarving',
      'AirflowDagImportErrors',
    ]),
  )
})

test('what only our mapping tells apart is left out', () => {
  const alerts = airflowFlavour('official-chart').alerts.map(({ name }) => name)
  expect(alerts).not.toContain('AirflowTaskFailures')
  expect(alerts).not.toContain('AirflowTriggererFull')
  expect(airflowFlavour('astronomer').alerts.map(({ name }) => name)).toContain(
    'AirflowTaskFailures',
  )
})

test.skipIf(!hasPromtool).each(FLAVOURS)(
  `%s: a failed run fails the DAG, its time comes from the summary${unlessPromtool}`,
  (flavour) => {
    const complaint = runRuleScript(airflowFlavour(flavour), {
      series: [
        ['airflow_scheduler_heartbeat{type="counter"}', '1+3x80'],
        ['airflow_dagrun_duration{dag_id="orders",quantile="0.9"}', '42x80'],
        ['airflow_dagrun_duration_count{dag_id="orders"}', '5x80'],
        ['airflow_dagrun_failed_count{dag_id="orders"}', '2x20 3x60'],
      ],
      firing: [
        ['4m', 'AirflowDagFailing', []],
        ['6m', 'AirflowDagFailing', ['orders']],
        ['6m', 'AirflowSchedulerHeartbeatLost', []],
      ],
      values: [
        [
          '6m',
          'weir_stage_latency_seconds{stage="run"}',
          {
            'weir_stage_latency_seconds{pipeline="orders",quantile="0.95",stage="run",system="airflow"}': 42,
          },
        ],
      ],
    })
    expect(complaint).toBe('')
  },
)
