import { type BoardAnswer, type BoardList, type BoardRow, readDashboards } from '@weir/boards'
import { MOCK_NOW_MS, randomFrom } from './mock-data.ts'

type Json = Readonly<Record<string, unknown>>

interface Asked {
  readonly id: string
  readonly kind?: string
  readonly language?: string
  readonly expr?: string
  readonly startMs: number
  readonly endMs: number
  readonly stepMs?: number
  readonly stats?: boolean
}

/**
 * Answers `POST /api/weir/v1/boards/query` line by line. `broken` in a query is refused, `nothing` finds
 * nothing, `bucket` is a histogram; anything else is a series for each value of `job` that the query names.
 */
export function boardLines(body: string): string {
  const { queries } = JSON.parse(body) as { readonly queries: readonly Asked[] }
  return queries.map((asked) => `${JSON.stringify(lineOf(asked))}\n`).join('')
}

function lineOf(asked: Asked): object {
  const { id, expr = '', kind = 'range' } = asked
  const ok = (data: unknown): object => ({ id, status: 'success', data })
  if (expr.includes('endless')) {
    const error = 'The query took longer than 2m'
    return { id, status: 'error', errorType: 'timeout', error }
  }
  if (expr.includes('broken')) {
    const error = '1:8: parse error: unexpected "broken"'
    return { id, status: 'error', errorType: 'bad_data', error }
  }
  if (kind === 'labelValues') return ok(JOBS)
  if (kind === 'series') return ok(expr.includes('nothing') ? [] : [{ __name__: 'up', job: 'api' }])
  if (kind === 'exemplars' || kind === 'labels') return ok([])
  if (asked.language === 'logql') return ok(linesAnswer(asked))
  if (kind === 'instant') {
    const result = matrix(asked).map(({ metric, values }) => ({ metric, value: values.at(-1) }))
    return ok({ resultType: 'vector', result })
  }
  const result = matrix(asked)
  return ok({ resultType: 'matrix', result, ...(asked.stats === true ? { stats: STATS } : {}) })
}

const STATS = {
  timings: { evalTotalTime: 0.0021 },
  samples: { samplesRead: 1200, seriesRead: 12 },
}
const JOBS = ['api', 'web', 'worker']
const BOUNDS = ['0.1', '0.5', '1', '5', '+Inf']

interface Series {
  readonly metric: Readonly<Record<string, string>>
  readonly values: readonly (readonly [number, string])[]
}

function matrix(asked: Asked): readonly Series[] {
  const { expr = '' } = asked
  if (expr.includes('nothing') || expr.includes('ALERTS')) return []
  if (expr.includes('bucket')) {
    return BOUNDS.map((le, i) => series({ le }, asked, (i + 1) * 10, i))
  }
  const many = /many(\d+)/.exec(expr)
  if (many !== null) {
    return Array.from({ length: Number(many[1]) }, (_, i) =>
      series({ instance: `host-${i}` }, asked, i, i),
    )
  }
  const named = JOBS.filter((job) => expr.includes(job))
  return (named.length === 0 ? JOBS : named).map((job) =>
    series({ job }, asked, 10 * (JOBS.indexOf(job) + 1), JOBS.indexOf(job)),
  )
}

function series(
  metric: Series['metric'],
  { startMs, endMs, stepMs = endMs - startMs || 1 }: Asked,
  level: number,
  seed: number,
): Series {
  const random = randomFrom(seed + 1)
  const values: [number, string][] = []
  for (let at = startMs; at <= endMs; at += stepMs) {
    values.push([at / 1000, String(level + 3 * Math.sin(at / 900_000 + seed) + random())])
  }
  return { metric, values }
}

function linesAnswer({ endMs }: Asked): object {
  const values = Array.from({ length: 20 }, (_, i) => [
    `${BigInt(endMs - i * 7000) * 1_000_000n}`,
    i % 4 === 0
      ? `level=error msg="Cannot reach the broker" try=${i}`
      : `level=info msg="sent ${i}"`,
  ])
  return { resultType: 'streams', result: [{ stream: { service_name: 'shop' }, values }] }
}

const panel = (id: number, type: string, title: string, more: Json = {}): Json => ({
  id,
  type,
  title,
  gridPos: { x: ((id - 1) % 3) * 8, y: Math.floor((id - 1) / 3) * 8, w: 8, h: 8 },
  targets: [{ refId: 'A', expr: `sum by (job) (requests{job=~"$job"})` }],
  ...more,
})

const at = (x: number, y: number, w = 8, h = 4): Json => ({ x, y, w, h })

const asking = (expr: string, more: Json = {}): Json => ({
  targets: [{ refId: 'A', expr, ...more }],
})
const LOKI = { datasource: { type: 'loki', uid: 'x' } }

const JOB = {
  name: 'job',
  type: 'query',
  label: 'Job',
  query: 'label_values(requests, job)',
  multi: true,
  includeAll: true,
  refresh: 1,
  current: { text: 'All', value: '$__all' },
}

const BOARDS: readonly object[] = [
  {
    uid: 'all',
    title: 'All kinds',
    tags: ['demo'],
    graphTooltip: 1,
    time: { from: 'now-1h', to: 'now' },
    templating: { list: [JOB] },
    panels: [
      panel(1, 'timeseries', 'Requests of $job', {
        description: 'How many requests **each second**.',
        fieldConfig: { defaults: { unit: 'reqps' }, overrides: [] },
        options: { legend: { displayMode: 'table', placement: 'bottom', calcs: ['mean', 'max'] } },
      }),
      panel(2, 'timeseries', 'Upon each other', {
        fieldConfig: {
          defaults: { unit: 'bytes', custom: { stacking: { mode: 'normal' }, fillOpacity: 40 } },
          overrides: [],
        },
      }),
      panel(3, 'timeseries', 'Bars with a limit', {
        fieldConfig: {
          defaults: {
            custom: { drawStyle: 'bars', thresholdsStyle: { mode: 'dashed' } },
            thresholds: {
              mode: 'absolute',
              steps: [
                { value: null, color: 'green' },
                { value: 25, color: 'red' },
              ],
            },
          },
          overrides: [],
        },
      }),
      panel(4, 'heatmap', 'Latency', asking('latency_bucket', { format: 'heatmap' })),
      panel(5, 'logs', 'Lines', asking('{service_name="shop"}', LOKI)),
      panel(6, 'alertlist', 'Alerts'),
      panel(7, 'dashlist', 'Boards'),
      panel(8, 'timeseries', 'Fails', asking('sum(broken')),
      panel(9, 'timeseries', 'Empty', asking('nothing')),
      panel(10, 'news', 'No such kind'),
      {
        id: 11,
        type: 'row',
        title: 'Folded',
        collapsed: true,
        gridPos: { x: 0, y: 40, w: 24, h: 1 },
        panels: [panel(12, 'timeseries', 'Below', asking('folded'))],
      },
    ],
  },
  ...[0, 1, 2].map((graphTooltip) => ({
    uid: `crosshair${graphTooltip}`,
    title: `Crosshair ${graphTooltip}`,
    graphTooltip,
    time: { from: 'now-1h', to: 'now' },
    panels: [
      panel(1, 'timeseries', 'First', asking('requests')),
      panel(2, 'timeseries', 'Second', asking('answers')),
      panel(3, 'state-timeline', 'Third', asking('states')),
      panel(4, 'heatmap', 'Fourth', asking('latency_bucket', { format: 'heatmap' })),
    ],
  })),
  {
    uid: 'repeat',
    title: 'Repeated',
    templating: { list: [JOB] },
    panels: [panel(1, 'timeseries', 'Of $job', { repeat: 'job', maxPerRow: 3 })],
  },
  {
    uid: 'rows',
    title: 'Rows',
    time: { from: 'now-1h', to: 'now' },
    panels: [
      {
        ...panel(1, 'table', 'Loose', asking('api', { instant: true, format: 'table' })),
        gridPos: at(0, 0),
      },
      { id: 2, type: 'row', title: 'Open', collapsed: false, gridPos: at(0, 4, 24, 1), panels: [] },
      { ...panel(3, 'stat', 'Inner', asking('api')), gridPos: at(0, 5) },
      {
        id: 4,
        type: 'row',
        title: 'Folded',
        collapsed: true,
        gridPos: at(0, 9, 24, 1),
        panels: [{ ...panel(5, 'stat', 'Hidden', asking('web')), gridPos: at(0, 10) }],
      },
    ],
  },
  {
    uid: 'hostile',
    title: '<img src=x onerror="window.hacked=1">',
    templating: { list: [{ ...JOB, name: '<script>', label: '<script>window.hacked=2</script>' }] },
    links: [{ type: 'link', title: 'Run', url: 'javascript:window.hacked=3' }],
    panels: [
      panel(1, 'timeseries', '<script>window.hacked=4</script>', {
        description:
          '<img src=x onerror="window.hacked=5"> [run](javascript:window.hacked=6) **bold**',
        links: [{ title: 'Run', url: 'javascript:window.hacked=7' }],
        targets: [
          { refId: 'A', expr: 'up', legendFormat: '<b onmouseover="window.hacked=8">{{job}}</b>' },
        ],
      }),
      panel(2, '__proto__', 'Strange kind'),
      panel(3, 'timeseries', 'Odd options', {
        options: { legend: 7, tooltip: 'x' },
        fieldConfig: {
          defaults: { custom: 3, unit: 5, thresholds: { steps: 'no' } },
          overrides: [{}],
        },
      }),
    ],
  },
  {
    uid: 'thirty',
    title: 'Thirty panels',
    time: { from: 'now-6h', to: 'now' },
    panels: Array.from({ length: 30 }, (_, i) => ({
      ...panel(i + 1, 'timeseries', `Panel ${i + 1}`, asking(`many10 ${i}`)),
      gridPos: { x: (i % 6) * 4, y: Math.floor(i / 6) * 5, w: 4, h: 5 },
    })),
  },
  {
    uid: 'huge',
    title: 'Five thousand panels',
    time: { from: 'now-6h', to: 'now' },
    panels: Array.from({ length: 5000 }, (_, i) => ({
      ...panel(i + 1, 'timeseries', `Panel ${i + 1}`, asking(`api ${i}`)),
      gridPos: { x: (i % 3) * 8, y: Math.floor(i / 3) * 6, w: 8, h: 6 },
    })),
  },
  {
    uid: 'needs',
    title: 'Variables that cannot be',
    templating: {
      list: [
        { name: 'a', type: 'query', query: 'label_values(up{x="$b"}, job)' },
        { name: 'b', type: 'query', query: 'label_values(up{x="$a"}, job)' },
        { name: 'slow', type: 'query', query: 'label_values(job)', regex: '/(a+)+(a+)+$/' },
        {
          name: 'values',
          type: 'custom',
          query: Array.from({ length: 100_000 }, (_, i) => `value${i}`).join(','),
        },
      ],
    },
    panels: [],
  },
  {
    uid: 'odd',
    title: 'Odd all over',
    panels: [
      panel(1, 'timeseries', 'Never ends', asking('endless')),
      panel(2, 'timeseries', 'Draws', asking('api')),
      panel(3, 'timeseries', 'Hundreds', asking('many600')),
      panel(6, 'timeseries', 'Elsewhere', {
        datasource: { type: 'mysql', uid: 'm' },
        targets: [{ refId: 'A', rawSql: 'select 1', datasource: { type: 'mysql', uid: 'm' } }],
      }),
      panel(7, 'text', 'Words', {
        options: {
          mode: 'html',
          content:
            '<script>window.hacked=9</script><iframe srcdoc="x"></iframe>' +
            '<a href="javascript:window.hacked=10">run</a><b>plain</b>',
        },
      }),
    ],
  },
  {
    uid: 'many',
    title: 'A hundred series',
    time: { from: 'now-6h', to: 'now' },
    panels: [
      {
        ...panel(1, 'timeseries', 'Hundred', asking('many100')),
        maxDataPoints: 1000,
        gridPos: { x: 0, y: 0, w: 24, h: 16 },
      },
    ],
  },
]

const KNOWN: readonly BoardAnswer[] = BOARDS.map((board): BoardAnswer => {
  const { dashboard, notes } = readDashboards(board).dashboards[0]!
  const meta: BoardRow = {
    uid: dashboard.uid,
    title: dashboard.title,
    description: '',
    tags: dashboard.tags,
    folder: '',
    origin: 'saved',
    panelCount: dashboard.panels.length,
    updatedMs: MOCK_NOW_MS,
    author: 'ann',
    version: 1,
  }
  return { dashboard, meta, notes }
})

/** `/api/weir/v1/dashboards` and one of them. */
export function boardsAnswer(uid: string | undefined): BoardList | BoardAnswer | undefined {
  if (uid === undefined) return { boards: KNOWN.map(({ meta }) => meta), problems: [] }
  return KNOWN.find(({ meta }) => meta.uid === uid)
}
