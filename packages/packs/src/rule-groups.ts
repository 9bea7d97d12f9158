import { SIGNALS } from './api.ts'
import type {
  Pack,
  PackAlert,
  PackAlertingRule,
  PackRecordingRule,
  PackRuleGroup,
  PackStage,
} from './pack.ts'

/** How often a pack's rules run: a failed run is known one StatsD flush and one of these later. */
const INTERVAL = '15s'

/**
 * A pack's rules as rule-file groups: one, since rules of a group run in order. So each signal sees the
 * records of the same moment, and each alert both; in groups of their own they would wait for each other.
 */
export function packRuleGroups(pack: Pack): PackRuleGroup[] {
  return [
    {
      name: `weir-${pack.id}`,
      interval: pack.interval ?? INTERVAL,
      rules: [
        ...pack.records,
        ...pack.stages.flatMap((stage) => signalRules(pack.id, stage)),
        ...pack.alerts
          .filter(({ isDisabled }) => isDisabled !== true)
          .map((alert) => alertRule(pack.id, alert)),
      ],
    },
  ]
}

function signalRules(system: string, stage: PackStage): PackRecordingRule[] {
  const fixed = stage.pipeline === undefined ? {} : { pipeline: stage.pipeline }
  const named = stage.isFromData === true ? {} : { stage: stage.stage }
  const labels = { system, ...fixed, ...named }
  const { throughput, errors, latency, backlog, freshness } = stage.signals
  const rule = (record: string, expr: string | undefined, more = {}): PackRecordingRule[] =>
    expr === undefined ? [] : [{ record, expr, labels: { ...labels, ...more } }]
  return [
    ...rule('weir_stage_throughput', throughput?.expr),
    ...rule('weir_stage_errors', errors?.expr),
    ...rule('weir_stage_error_ratio', errors?.ratio),
    ...rule('weir_stage_latency_seconds', latency?.p50, { quantile: '0.5' }),
    ...rule('weir_stage_latency_seconds', latency?.expr, { quantile: '0.95' }),
    ...rule('weir_stage_latency_seconds', latency?.p99, { quantile: '0.99' }),
    ...rule('weir_stage_backlog', backlog?.expr),
    ...rule('weir_stage_freshness_seconds', freshness?.expr),
  ]
}

/** The whole condition of an alert, its limits put in. */
export function alertCondition({ expr, threshold }: PackAlert): string {
  if (threshold === undefined) return expr
  const { op, value, by, values = {}, also } = threshold
  const compared = (figure: string, limit: number): string =>
    `(${figure}) ${op} ${limit}${also === undefined ? '' : ` ${also}`}`
  const special = Object.entries(values)
  if (special.length === 0) return compared(expr, value)
  const whose = (label: string): string =>
    `label_replace(vector(1), ${JSON.stringify(by)}, ${JSON.stringify(label.replaceAll('$', '$$$$'))}, "", "")`
  const all = special.map(([label]) => whose(label)).join(' or ')
  return [
    compared(`(${expr}) unless on (${by}) (${all})`, value),
    ...special.map(([label, limit]) => compared(`(${expr}) and on (${by}) ${whose(label)}`, limit)),
  ]
    .map((part) => `(${part})`)
    .join(' or ')
}

function alertRule(system: string, alert: PackAlert): PackAlertingRule {
  return {
    alert: alert.name,
    expr: alertCondition(alert),
    ...(alert.forText === '0s' ? {} : { for: alert.forText }),
    labels: {
      severity: alert.severity,
      system,
      pipeline: alert.pipeline,
      stage: alert.stage,
    },
    annotations: {
      summary: alert.summary,
      description: alert.description,
      // Weir's own page about the pack, which prints the runbooks.
      runbook_url: `/packs/${system}#${alert.name}`,
    },
  }
}

/** Where a stage stands and what it is called; a sensible guess for stages that no pack knows. */
export interface StageDescription {
  readonly order: number
  readonly title: string
  /** Unit of each signal. */
  readonly units: Readonly<Record<(typeof SIGNALS)[number], string>>
  /** Stages that its data comes from, where the pack says so. */
  readonly after?: readonly string[]
}

/** Words that pipelines of one's own use for their stages, in the order data takes. */
const USUAL_STAGES = [
  ['source', 'consume', 'consumer', 'extract', 'read', 'ingest'],
  ['decode', 'parse', 'validate'],
  ['transform', 'enrich', 'process', 'aggregate'],
  ['sink', 'load', 'write', 'produce', 'commit'],
]

const USUAL_UNITS = {
  throughput: 'records/s',
  errors: 'errors/s',
  latency: 's',
  backlog: 'records',
  freshness: 's',
} as const

/** Describes a stage, by its pack where one knows it. */
export function describeStage(
  packs: readonly Pack[],
  system: string,
  stage: string,
): StageDescription {
  const stages = packs.find((pack) => pack.id === system)?.stages ?? []
  const named = stages.find((candidate) => candidate.stage === stage)
  // A name that no pack can know belongs to the kind of stage whose names come from the data.
  const known = named ?? stages.find(({ isFromData }) => isFromData)
  if (known) {
    const unit = (kind: (typeof SIGNALS)[number]): string =>
      known.signals[kind]?.unit ?? USUAL_UNITS[kind]
    const units = Object.fromEntries(SIGNALS.map((kind) => [kind, unit(kind)]))
    return {
      order: known.order,
      title: named?.title ?? titleOf(stage),
      units: units as StageDescription['units'],
      ...(known.after === undefined ? {} : { after: known.after }),
    }
  }
  const place = USUAL_STAGES.findIndex((words) => words.includes(stage.toLowerCase()))
  return { order: place < 0 ? 100 : (place + 1) * 10, title: titleOf(stage), units: USUAL_UNITS }
}

function titleOf(stage: string): string {
  return stage.charAt(0).toUpperCase() + stage.slice(1).replaceAll(/[-_]+/g, ' ')
}
