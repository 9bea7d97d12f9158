import { describe, expect, test } from 'vitest'
import { canBrowse, pageStand, problemsOnPhone, whyNot } from './testing/page-stand.ts'

describe.skipIf(!canBrowse)(`the page in a browser${whyNot}`, () => {
  const stand = pageStand()

  test.each<[string, readonly (string | RegExp)[]]>([
    [
      '/',
      [
        'orders_daily',
        'Features against fraud',
        /2 task failures .*, since \d\d:46/,
        'task 14 min behind and falling back at 120 runs/s',
        'Failing',
        'Freshness',
      ],
    ],
    ['/?group=team', ['commerce', 'no team']],
    ['/?wall=1', ['orders_daily', /data is|\d\d:00/]],
    ['/?group=system', ['airflow', 'flink']],
    [
      '/pipelines/airflow/orders_daily',
      ['AirflowTaskFailures', 'Runbook', 'Scheduler', 'Latency p95'],
    ],
    ['/explore', ['Type an expression', 'Run']],
    ['/explore?expr=up', ['{instance="host-0"}', /3 series/]],
    ['/explore?expr=up&tab=table', ['up{instance="host-2", job="weir"}', /3 series/]],
    [
      '/explore?expr=latency_seconds',
      [/newest: count/, /waited 310/, /mix of histograms/, /newest 10 of 12/],
    ],
    ['/explore?expr=latency_seconds&tab=table', [/count 3008 · sum/, '(0.512, 0.645]']],
    ['/explore?expr=nothing', ['No series in this time range.']],
    [
      '/logs?columns=stage',
      ['180 lines', /Cannot reach the broker/, 'checkout-api', 'context_broker', '5 events'],
    ],
    ['/logs?query=rate(%7Bstage%3D"sink"%7D[5m])', ['Its lines', /debug/]],
    [
      '/logs?query=%7Bstage%3D"nothing"%7D',
      ['No line matches:', 'Without stage="nothing"', 'Look in the last 24 hours'],
    ],
    [
      '/alerts?tab=rules',
      [
        'Firing 1',
        'AirflowDagLate',
        'Tasks of orders_daily fail',
        /until the move is over/,
        /unexpected end/,
      ],
    ],
    ['/alerts', ['Firing 1', 'Stage1Late', 'acked by ann', 'muted by Patch night']],
    ['/alerts?q=nothing', ['No alert matches.']],
    [
      '/alerts?tab=silences',
      ['severity=~"warning|info"', 'ends in 3 h', 'Patch night', '22:00 Patch night'],
    ],
    [
      '/alerts?tab=recording',
      ['weir_stage_throughput', 'Running', /42 % · 183\u2009410 samples/, /same labelset/],
    ],
    [
      '/alerts?tab=backtest',
      [/28 notifications would have been sent in 7 d/, /2 of 12 series/, 'what really happened'],
    ],
    ['/alerts?tab=events', ['Rolled back scheduler', 'newest 4 of 5', 'env:prod']],
    ['/alerts?tab=events&q=web', ['Deployed web 4.2', 'Success']],
    ['/alerts?tab=events&q=nothing', ['No event matches.']],
    ['/loggers', ['Applied by 14 of 15', 'it answers 401', 'kafka_source.lag', '1 gone']],
    ['/loggers?q=nothing', ['No logger matches.']],
    ['/loggers?tab=history', ['<b>too loud</b>', 'ann ended it after 12 min', 'for 10 min']],
    [
      '/alerts?tab=notifications',
      [
        'has taken nothing for 47 min',
        'connection refused',
        'pagerduty',
        /next try in 30 s/,
        'Retry',
        'Send a test',
      ],
    ],
    [
      '/status',
      [
        'Intakes',
        'Sent on',
        'it answered 503',
        'dag.orders.duration:abc|ms',
        '1 of 2 up',
        'Apache Airflow',
      ],
    ],
    ['/status?tab=queries', ['Took most time', '5.53', 'rule group signals of pack:airflow']],
    [
      '/targets',
      [
        '1 of 1 up',
        '1\u2009342',
        /want status 200, got 401/,
        /Give the job basic_auth/,
        /got 503 \(12 s ago\)/,
      ],
    ],
    ['/targets?q=10.0.0.5', ['http://10.0.0.5:9100/metrics', 'Up 1']],
    ['/targets?health=unknown', ['No target matches.']],
    [
      '/targets?tab=pushed',
      [/is not a GAUGE/, 'Refused 2', '4 groups, 2\u2009633 series', '3 h 10 min ago', 'never'],
    ],
    ['/targets?tab=pushed&q=/var', ['path=/var/tmp', '1 group, 2\u2009417 series']],
    ['/targets?tab=pushed&health=refused&q=backup', ['No group matches.']],
    [
      '/status?tab=storage',
      [
        /takes no new series/,
        'airflow_task_duration_bucket',
        'user_id 9\u2009214',
        '48\u2009112',
        'worker_*_rows',
      ],
    ],
    ['/alerts?tab=checks', ['postgres.can_connect', 'Critical', 'connection refused']],
    ['/alerts?tab=checks&q=nothing', ['No service check matches.']],
    // The rest of it: boards/boards.browser.slow.test.ts.
    ['/dashboards/all', ['Requests of All', /unexpected "broken"/, /There is no metric nothing/]],
    ['/packs', ['Apache Airflow']],
    ['/packs/airflow', ['Seconds to read all DAG files once.', 'rules.yml']],
    ['/nowhere', ['Nothing is here']],
  ])('%s shows %j, quietly and accessibly', async (path, texts) => {
    await stand.open(path)
    for (const text of texts) await stand.see(text)
    expect(await stand.violations()).toEqual([])
    expect(stand.complaints).toEqual([])
  })

  // The other pages: page-phone.browser.slow.test.ts.
  test.each(['/', '/explore?expr=up', '/logs', '/alerts', '/loggers'])(
    'in the dark on a phone %s is accessible and does not scroll sideways',
    async (path) => {
      expect(await problemsOnPhone(stand, path)).toEqual({ violations: [], sideways: 0 })
    },
  )
})
