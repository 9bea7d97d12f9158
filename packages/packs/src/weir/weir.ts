import type { Pack } from '../pack.ts'
import { DASHBOARDS } from './dashboards.ts'
import { METRICS } from './metrics.ts'
import { ALERTS } from './rules.ts'
import { RECORDS, STAGES } from './signals.ts'

/** Weir watches itself, by the page of metrics that it scrapes from itself. */
export const WEIR: Pack = {
  id: 'weir',
  title: 'Weir',
  description: 'Weir itself: what it takes in, keeps, evaluates, tells and answers.',
  detect: ['weir_build_info'],
  metricPrefix: 'weir_',
  interval: '30s',
  ways: [
    {
      title: 'by itself',
      versions: '',
      setup: 'Nothing to do: a Weir scrapes itself, as job `weir`.',
    },
    {
      title: 'Prometheus, or another Weir',
      versions: '',
      setup:
        'Who watches from outside also learns of a Weir that is gone:\n\n```yml\nscrape_configs:\n  - job_name: weir\n    static_configs: [{ targets: ["weir.example:9347"] }]\n```',
    },
  ],
  scrape: [{ job_name: 'weir', static_configs: [{ targets: ['localhost:9347'] }] }],
  metrics: METRICS,
  stages: STAGES,
  records: RECORDS,
  alerts: ALERTS,
  dashboards: DASHBOARDS,
}
