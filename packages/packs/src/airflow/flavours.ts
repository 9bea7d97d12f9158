/**
 * The pack on names that other people's statsd_exporter mappings make: where Airflow's official chart or
 * Astronomer's platform already maps, rules and boards go on their series. Both keep most of our names;
 * what a mapping does not tell apart is gone, and with it what would ask for that alone. Timers are
 * summaries there: run times come from their quantiles.
 */
import { KnownSeries, filledIn, namesAsked } from '../check/expressions.ts'
import type { Pack, PackStage } from '../pack.ts'
import { AIRFLOW } from './airflow.ts'

export const FLAVOURS = ['official-chart', 'astronomer'] as const
export type Flavour = (typeof FLAVOURS)[number]

/** What no mapping but ours makes: the fixed-name twins, and names by OpenTelemetry. */
const TWIN = /^airflow_tagged_|_total$|_milliseconds$/

/** Names that end in an object's own name under the mapping, or are dropped by it. */
const GONE: Readonly<Record<Flavour, ReadonlySet<string>>> = {
  'official-chart': new Set(
    [
      'ti_finish', // without tags a total over all states
      'task_queued_duration',
      'task_scheduled_duration',
      'dagrun_dependency_check',
      'dagrun_first_task_scheduling_delay',
      'dag_processing_last_duration',
      'dag_processing_last_num_of_db_queries',
      'pool_queued_slots',
      'pool_running_slots',
      'pool_deferred_slots',
      'pool_scheduled_slots',
      'triggers_running',
      'triggerer_capacity_left',
      'task_instance_created',
      'ti_scheduled',
      'ti_queued',
      'ti_running',
      'ti_deferred',
    ].map((name) => `airflow_${name}`),
  ),
  astronomer: new Set(
    [
      'task_queued_duration',
      'task_scheduled_duration',
      'dag_processing_last_num_of_db_queries',
      'dag_processing_file_path_queue_size',
      'dag_processing_processor_timeouts',
      'dag_processing_other_callback_count',
      'scheduler_scheduler_loop_duration',
      'scheduler_critical_section_duration',
      'scheduler_critical_section_query_duration',
      'scheduler_dagruns_running',
      'scheduler_dagruns_queued',
      'triggerer_capacity_left',
      'sla_missed',
      'ti_scheduled',
      'ti_queued',
      'ti_running',
      'ti_deferred',
    ].map((name) => `airflow_${name}`),
  ),
}

export function airflowFlavour(flavour: Flavour): Pack {
  const gone = GONE[flavour]
  const { mapping: _, scrape, ...pack } = AIRFLOW
  const metrics = pack.metrics
    .filter(({ name }) => !TWIN.test(name) && !gone.has(name))
    .map((metric) =>
      metric.type === 'histogram' ? { ...metric, type: 'summary' as const } : metric,
    )
  return kept({
    ...pack,
    metrics,
    scrape: scrape.length > 0 ? scrape : [EXPORTER],
    detect: pack.detect.filter((name) => !TWIN.test(name) && !gone.has(name)),
    stages: pack.stages.map(withSummaries),
  })
}

const EXPORTER = { job_name: 'airflow', static_configs: [{ targets: ['airflow-statsd:9102'] }] }

/** Run times by the quantiles that statsd_exporter works out: 0.9 stands in for 0.95. */
function withSummaries(stage: PackStage): PackStage {
  if (stage.stage !== 'run') return stage
  const of = (quantile: string): string =>
    `max by (pipeline) (label_replace(airflow_dagrun_duration{quantile="${quantile}",dag_id!=""}, "pipeline", "$1", "dag_id", "(.+)")) >= 0`
  const latency = { unit: 's', p50: of('0.5'), expr: of('0.9'), p99: of('0.99') }
  return { ...stage, signals: { ...stage.signals, latency } }
}

/** Without what asks only for series that are not there. Of `a or b` one is enough. */
function kept(pack: Pack): Pack {
  let before: Pack = { ...pack, records: [] }
  let records = pack.records
  for (;;) {
    const known = new KnownSeries({ ...before, records, stages: [], alerts: [], dashboards: [] })
    const answers = (expr: string): boolean =>
      namesAsked(filledIn(expr)).some((asked) => known.has(asked))
    const left = records.filter(({ record, expr }) => isFed(expr, record, answers, known))
    if (left.length < records.length) {
      records = left
      continue
    }
    before = { ...pack, records }
    return {
      ...before,
      stages: pack.stages.map((stage) => ({ ...stage, signals: answered(stage, answers) })),
      alerts: pack.alerts.filter(({ expr }) => answers(expr)),
      dashboards: pack.dashboards.map((board) => ({
        ...board,
        rows: board.rows
          .map((row) => ({
            ...row,
            panels: row.panels
              .map((panel) => ({
                ...panel,
                targets: panel.targets.filter(({ expr }) => answers(expr)),
              }))
              .filter(({ targets, kind }) => targets.length > 0 || kind === 'text'),
          }))
          .filter(({ panels }) => panels.length > 0),
        variables: board.variables.map((variable) =>
          answers(variable.metric)
            ? variable
            : { ...variable, metric: 'airflow_dagrun_duration_count' },
        ),
      })),
    }
  }
}

/** Whether something feeds a record besides its own past and the list of DAGs, which only sorts. */
function isFed(
  expr: string,
  record: string,
  answers: (expr: string) => boolean,
  known: KnownSeries,
): boolean {
  if (!answers(expr)) return false
  const others = namesAsked(expr).filter(
    (asked) =>
      asked.kind === 'fits' ||
      ![record, record.replace('_time_seconds', '_count'), 'airflow:dags'].includes(asked.name),
  )
  return others.some((asked) => known.has(asked))
}

function answered(
  { signals }: PackStage,
  answers: (expr: string) => boolean,
): PackStage['signals'] {
  return Object.fromEntries(Object.entries(signals).filter(([, { expr }]) => answers(expr)))
}
