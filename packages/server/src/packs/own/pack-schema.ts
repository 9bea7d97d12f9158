/**
 * A pack as YAML: the structure and the words of the type `Pack`, with defaults for what a small pack
 * does not have. What refers to what is checked after it, by `packProblems`.
 */
import { SIGNALS } from '@weir/packs'
import { z } from 'zod'

const metricName = z
  .string()
  .regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/, { message: 'want a name of letters, digits, _ and :' })
const duration = z
  .string()
  .regex(/^(0|(\d+(ms|s|m|h|d|w|y))+)$/, { message: 'want a duration such as 30s or 1h30m' })
const strings = z.array(z.string())
const texts = z.record(z.string(), z.string())
const expr = z.string().min(1).max(20_000)

const way = z.strictObject({
  title: z.string().describe('`StatsD`, `Prometheus`, …'),
  versions: z.string().default('').describe('Versions of the system that can; empty for all.'),
  setup: z.string().describe('What to set in the system, and what in Weir: Markdown.'),
})

const metric = z.strictObject({
  name: z.string().min(1).describe('As Weir stores it; parts from the data as `<host>`.'),
  pattern: z
    .string()
    .exactOptional()
    .describe('RE2 over whole names, where the name is not fixed.'),
  group: z.string().exactOptional().describe('The chapter of the reference that it belongs to.'),
  versions: z.string().exactOptional().describe('Versions that send it, where not all do.'),
  aliases: strings.exactOptional().describe('The same figure under other names.'),
  native: z.literal(true).exactOptional().describe('Of a histogram: sent as a native one too.'),
  type: z.enum(['counter', 'gauge', 'histogram', 'summary']).describe('What kind it is.'),
  unit: z.string().default('').describe('`s`, `bytes`, `records`, …'),
  labels: strings.default([]).describe('Its labels.'),
  help: z.string().describe('What it means, one or two sentences.'),
  normal: z.string().default('').describe('What is normal, and what is not.'),
})

const signal = z.strictObject({
  unit: z.string().describe('Unit to show: `records/s`, `s`.'),
  expr: expr.describe('PromQL whose results carry the label `pipeline`.'),
  ratio: expr.exactOptional().describe('Errors only: failed ÷ all, 0 to 1.'),
  p50: expr.exactOptional().describe('Latency only: the median.'),
  p99: expr.exactOptional().describe('Latency only: the slowest hundredth.'),
})

const stage = z.strictObject({
  stage: z.string().min(1).describe('Its name in labels.'),
  isFromData: z.literal(true).exactOptional().describe('Results name their stages themselves.'),
  after: strings.exactOptional().describe('Stages that its data comes from.'),
  order: z.number().describe('Position along the way, ascending.'),
  title: z.string().describe('What people call it.'),
  help: z.string().default('').describe('What happens here, one sentence.'),
  pipeline: z.string().exactOptional().describe('Set when it belongs to this one pipeline.'),
  signals: z.partialRecord(z.enum(SIGNALS), signal).default({}).describe('Its figures.'),
})

const record = z.strictObject({
  record: metricName.describe('Name of the series: `shop:orders:rate5m`.'),
  expr: expr.describe('PromQL.'),
  labels: texts.exactOptional().describe('Labels that are added.'),
})

const threshold = z.strictObject({
  op: z.enum(['>', '>=', '<', '<=']).describe('How the figure compares with the limit.'),
  value: z.number().describe('The limit.'),
  unit: z.string().default('').describe('Its unit.'),
  by: z.string().default('').describe('Label whose values can have limits of their own.'),
  values: z.record(z.string(), z.number()).exactOptional().describe('Such limits, by value.'),
  also: expr.exactOptional().describe('What must hold besides: `and on (job) (…)`.'),
})

const alert = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z_]\w*$/, { message: 'want letters, digits and _' })
    .describe('Its name, one word.'),
  expr: expr.describe('The condition; with `threshold` only the figure.'),
  threshold: threshold.exactOptional().describe('The limit, which weir.yml can change.'),
  forText: duration.default('0s').describe('How long the condition must hold.'),
  severity: z.enum(['critical', 'warning', 'info']).default('warning').describe('How bad it is.'),
  pipeline: z.string().default('{{ $labels.pipeline }}').describe('The pipeline it concerns.'),
  stage: z.string().default('{{ $labels.stage }}').describe('The stage it concerns.'),
  summary: z.string().describe('One line; Go template.'),
  description: z.string().default('').describe('What is the matter; Go template.'),
  runbook: z.string().default('').describe('What to look at and what to do: Markdown.'),
})

const mappingRule = z.strictObject({
  match: z.string().describe('Names it is for.'),
  match_type: z.enum(['glob', 'regex']).exactOptional().describe('glob unless told.'),
  match_metric_type: z
    .enum(['counter', 'gauge', 'observer'])
    .exactOptional()
    .describe('Only lines of this type.'),
  name: z.string().describe('The metric.'),
  help: z.string().exactOptional().describe('Its help text.'),
  labels: texts.exactOptional().describe('Labels, with references such as `$1`.'),
  honor_labels: z.boolean().exactOptional().describe("Whether the line's own tags win."),
  action: z.enum(['map', 'drop']).exactOptional().describe('drop forgets the line.'),
  observer_type: z.enum(['summary', 'histogram']).exactOptional().describe('What timers become.'),
  histogram_options: z
    .strictObject({ buckets: z.array(z.number()).describe('Upper bounds, ascending.') })
    .exactOptional()
    .describe('How histograms are kept.'),
  scale: z.number().exactOptional().describe('Values are multiplied by it; only Weir has this.'),
  gauges: z
    .enum(['relative', 'absolute'])
    .exactOptional()
    .describe('Whether a sign before a gauge is a part of its value; only Weir has this.'),
  ttl: z.string().exactOptional().describe('A series that is not sent for so long goes.'),
})

const mapping = z.strictObject({
  mappings: z.array(mappingRule).describe('Rules, as in a mapping file of statsd_exporter.'),
})

const relabel = z.strictObject({
  source_labels: strings.exactOptional(),
  separator: z.string().exactOptional(),
  regex: z.string().exactOptional(),
  target_label: z.string().exactOptional(),
  replacement: z.string().exactOptional(),
  action: z.enum(['replace', 'keep', 'drop', 'labelmap', 'labeldrop', 'labelkeep']).exactOptional(),
})

const scrape = z.strictObject({
  job_name: z.string(),
  metrics_path: z.string().exactOptional(),
  scrape_interval: duration.exactOptional(),
  honor_labels: z.boolean().exactOptional(),
  relabel_configs: z.array(relabel).exactOptional(),
  metric_relabel_configs: z.array(relabel).exactOptional(),
  static_configs: z.array(z.strictObject({ targets: strings })).default([]),
})

const panel = z.strictObject({
  title: z.string().describe('Its title.'),
  help: z.string().default('').describe('What it shows.'),
  kind: z
    .enum([
      'timeseries',
      'stat',
      'gauge',
      'bargauge',
      'table',
      'heatmap',
      'piechart',
      'state-timeline',
      'alertlist',
      'logs',
      'text',
    ])
    .default('timeseries')
    .describe('How it shows it.'),
  unit: z.string().default('short').describe("Grafana's unit id: `s`, `percentunit`, `ops`."),
  width: z.int().min(1).max(24).default(12).describe('Of 24 columns.'),
  height: z.int().min(1).max(100).exactOptional().describe('Lines of the grid.'),
  targets: z
    .array(
      z.strictObject({
        expr: expr.describe('PromQL; LogQL in a panel of logs.'),
        legend: z.string().default('').describe('`{{label}}` is filled in.'),
      }),
    )
    .default([])
    .describe('What it asks.'),
  text: z.string().exactOptional().describe('Markdown of a text panel.'),
  decimals: z.int().min(0).max(20).exactOptional().describe('Digits behind the point.'),
  max: z.number().exactOptional().describe('End of the scale.'),
  stack: z.literal(true).exactOptional().describe('Series on top of each other.'),
  thresholds: z
    .array(
      z.strictObject({
        from: z.number(),
        color: z.enum(['yellow', 'orange', 'red', 'green', 'blue']),
      }),
    )
    .exactOptional()
    .describe('Colours from a value on, ascending.'),
  words: z
    .record(z.string(), z.strictObject({ text: z.string(), color: z.string().exactOptional() }))
    .exactOptional()
    .describe('Words for values.'),
})

const board = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, { message: 'want up to 40 small letters, digits and -' })
    .describe('Its address.'),
  title: z.string().describe('Its title.'),
  description: z.string().default('').describe('What it is for.'),
  variables: z
    .array(
      z.strictObject({
        name: z.string().regex(/^\w+$/, { message: 'want letters, digits and _' }),
        label: z.string(),
        metric: z.string(),
        valueLabel: z.string().regex(/^\w+$/, { message: 'want the name of a label' }),
        pipeline: z
          .enum(['name', 'source', 'destination'])
          .exactOptional()
          .describe('Chosen by the pipeline from whose page the board is opened.'),
      }),
    )
    .default([])
    .describe('Drop-downs fed by the values of a label.'),
  rows: z
    .array(
      z.strictObject({
        title: z.string(),
        collapsed: z.boolean().exactOptional(),
        panels: z.array(panel).max(200),
      }),
    )
    .max(100)
    .describe('Rows of panels.'),
})

/** Lists are bounded: a file is read on the thread that serves. */
export const packSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,39}$/, {
      message: 'want up to 40 small letters, digits and -, a letter first',
    })
    .describe('The label `system` of all that the pack records.'),
  title: z.string().min(1).describe('What people call the system.'),
  description: z.string().default('').describe('One or two sentences.'),
  detect: z
    .array(metricName)
    .min(1)
    .describe('Awake once a series under one of these names exists.'),
  metricPrefix: z
    .string()
    .default('')
    .describe('Every metric name of this system starts so; empty when none is common.'),
  ways: z.array(way).max(50).exactOptional().describe('How its metrics can arrive.'),
  interval: duration.exactOptional().describe('How often its rules run; 15s unless told.'),
  mapping: mapping.exactOptional().describe("How the system's StatsD names become series."),
  scrape: z.array(scrape).max(100).default([]).describe('Scrape configs, for the export.'),
  metrics: z.array(metric).min(1).max(5000).describe('The reference of its metrics.'),
  stages: z.array(stage).max(100).default([]).describe('In the order in which data passes.'),
  records: z.array(record).max(1000).default([]).describe('Recording rules, before the signals.'),
  alerts: z.array(alert).max(1000).default([]).describe('What people want to be told.'),
  dashboards: z.array(board).max(50).default([]).describe('Its boards.'),
})

/** The structure as a JSON Schema, for editors: docs/pack.schema.json. */
export function packJsonSchema(): object {
  return { ...z.toJSONSchema(packSchema, { io: 'input' }), title: 'A pack for Weir' }
}
