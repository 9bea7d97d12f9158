/**
 * Rules as a team with many pipelines writes them: one group of eight for each pipeline of
 * `pipelineSeries`, which has five stages of fifteen series.
 */
const GROUP_INTERVAL_S = 15

/** Rules that look at every series of each pipeline; hardly any fires. */
export function pipelineRules(pipelines: number): string {
  const lines = ['groups:']
  for (let i = 0; i < pipelines; i++) {
    const of = `{pipeline="pipeline-${i}"}`
    const records = `pipeline:records:rate5m${of}`
    lines.push(`- name: pipeline-${i}`, `  interval: ${GROUP_INTERVAL_S}s`, '  rules:')
    for (const [name, expr] of [
      ['pipeline:records:rate5m', `sum by (pipeline) (rate(records_total${of}[5m]))`],
      ['pipeline:errors:rate5m', `sum by (pipeline) (rate(errors_total${of}[5m]))`],
    ]) {
      lines.push(`  - record: ${name}`, `    expr: ${expr}`)
    }
    for (const [name, expr] of [
      ['ErrorsHigh', `pipeline:errors:rate5m${of} / ${records} > 0.5`],
      ['LagHigh', `lag_records${of} > 1e9`],
      [
        'Slow',
        `histogram_quantile(0.95, sum by (le, pipeline) (rate(latency_seconds_bucket${of}[5m]))) > 30`,
      ],
      ['Stopped', `${records} == 0`],
      ['WorkerDown', `worker_up${of} == 0`],
      ['TaskLong', `avg_over_time(task_seconds${of}[5m]) > 1000`],
    ]) {
      lines.push(
        `  - alert: ${name}`,
        `    expr: ${expr}`,
        '    for: 1m',
        '    labels: {severity: page}',
        `    annotations: {summary: '{{ $labels.pipeline }}: {{ $value | humanize }}'}`,
      )
    }
  }
  return `${lines.join('\n')}\n`
}

/** One group whose three rules fire for eight of fifteen series, all at once. */
export function stormRules(): string {
  const rule = (name: string, metric: string): string =>
    `  - alert: ${name}
    expr: ${metric} >= 0
    labels: {severity: page}
    annotations: {summary: '{{ $labels.pipeline }} {{ $labels.stage }}: {{ $value | humanize }}'}`
  return `groups:
- name: storm
  interval: ${GROUP_INTERVAL_S}s
  rules:
${rule('Latency', 'latency_seconds_bucket')}
${rule('Records', 'records_total')}
${rule('Errors', 'errors_total')}
`
}
