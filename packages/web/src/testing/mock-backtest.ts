import type { BacktestResultView, BacktestVariantView, BacktestView } from '@weir/packs'

const END = Date.parse('2026-11-21T14:00:00Z')
const START = END - 7 * 86_400_000
const HOUR = 3_600_000

const VIEW: BacktestView = {
  id: 't1',
  state: 'done',
  progress: 1,
  startMs: START,
  endMs: END,
  timeZone: 'UTC',
  ruleNames: ['AirflowSchedulerSlow'],
  error: '',
  createdMs: END,
  endedMs: END + 2000,
}

/** Fires every `each` hours for two. */
function variant(threshold: number, each: number): BacktestVariantView {
  const count = Math.floor((7 * 24) / each)
  const starts = Array.from({ length: count }, (_, i) => START + (i * each + 3) * HOUR)
  return {
    threshold,
    forMs: 300_000,
    isAsWritten: threshold === 5,
    fired: count,
    firingMs: count * 2 * HOUR,
    longestMs: 2 * HOUR,
    flaps: 1,
    nights: 3,
    stillFiring: 0,
    noise: Math.round(100 / count),
    busy: Array.from({ length: 240 }, (_, i) => (Math.floor(i / 3) % each === 0 ? 0.8 : 0)),
    firings: starts.map((firedMs) => ({
      labels: { alertname: 'AirflowSchedulerSlow', severity: 'warning', host: 'a' },
      activeMs: firedMs - 300_000,
      firedMs,
      endedMs: firedMs + 2 * HOUR,
      value: threshold + 0.4,
    })),
    notifications: {
      count: 2 * count,
      firing: count,
      byReceiver: { pager: 2 * count },
      list: starts.flatMap((firedMs) =>
        (['firing', 'resolved'] as const).map((status, i) => ({
          atMs: firedMs + 30_000 + i * 2 * HOUR,
          receiver: 'pager',
          integration: 'webhook',
          status,
          reason: i === 0 ? 'first notification' : 'all alerts resolved',
          groupLabels: { alertname: 'AirflowSchedulerSlow' },
          alertCount: 1,
        })),
      ),
    },
    failedCount: 0,
    error: '',
  }
}

const RESULT: BacktestResultView = {
  ...VIEW,
  rules: [
    {
      file: 'pack:airflow',
      group: 'airflow',
      name: 'AirflowSchedulerSlow',
      expr: 'airflow_scheduler_loop_seconds > 5',
      askedAs: null,
      stepMs: 60_000,
      notes: ['airflow:loop is not stored for this time: its rule was worked out in its place'],
      operator: '>',
      chart: {
        startMs: START,
        stepMs: HOUR,
        seriesCount: 12,
        series: ['a', 'b'].map((host, h) => ({
          labels: { host },
          values: Array.from({ length: 169 }, (_, i) => 3 + 3 * Math.sin(i / 4 + h)),
        })),
      },
      variants: [variant(5, 12), variant(7, 40)],
      happened: { fired: 12, firingMs: 20 * HOUR, longestMs: 2 * HOUR, flaps: 0, nights: 3 },
    },
  ],
}

/** `/api/weir/v1/backtests` and what is below it. */
export function backtestAnswer(count: number, parts: readonly string[], isBegun: boolean): unknown {
  if (parts.length > 1) return RESULT
  if (isBegun) return VIEW
  return count === 0 ? [] : [VIEW]
}
