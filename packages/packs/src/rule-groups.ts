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
