import type { ActiveAlertView } from '@weir/alerting'
import type { AlertView, Health } from '@weir/packs'
import { type PipelineLines, STAGE_SERIES } from './stage-table.ts'
import { mainLine, newest } from './signal-view.ts'

/**
 * How long a pipeline may send nothing before it counts as silent. On top of it comes PromQL's
 * lookback where the sender ended without a stale marker.
 */
const SILENT_AFTER_MS = 120_000

const GRAVE = new Set(['critical', 'error', 'page'])

/** An alert as the page shows it. */
export function alertView(alert: ActiveAlertView): AlertView {
  const name = alert.labels['alertname'] ?? ''
  return {
    name,
    state: alert.state === 'firing' ? 'firing' : 'pending',
    severity: alert.labels['severity'] ?? '',
    summary: alert.annotations['summary'] ?? name,
    sinceMs: Date.parse(alert.activeAt),
    labels: alert.labels,
    runbookUrl: alert.annotations['runbook_url'] ?? '',
  }
}

/** Worst first: grave and firing, firing, pending; of equals the older one. */
export function byGravity(a: AlertView, b: AlertView): number {
  return gravity(b) - gravity(a) || a.sinceMs - b.sinceMs || (a.name < b.name ? -1 : 1)
}

function gravity(alert: AlertView): number {
  return (alert.state === 'firing' ? 2 : 0) + (GRAVE.has(alert.severity) ? 1 : 0)
}

/** Where the grid of a pipeline's lines lies. */
export interface Grid {
  readonly startMs: number
  readonly stepMs: number
  readonly stepCount: number
}

/** How a pipeline is, and why, in words. `alerts` are its own, worst first. */
export function judge(
  pipeline: PipelineLines,
  alerts: readonly AlertView[],
  grid: Grid,
): { readonly health: Health; readonly reason: string } {
  const worst = alerts[0]
  if (worst !== undefined) {
    const grave = worst.state === 'firing' && GRAVE.has(worst.severity)
    return { health: grave ? 'failing' : 'degraded', reason: sentence(alerts, worst) }
  }
  const silentMs = sinceLast(pipeline, grid, (value) => !Number.isNaN(value), STAGE_SERIES)
  if (silentMs > SILENT_AFTER_MS)
    return { health: 'silent', reason: `nothing for ${spell(silentMs)}` }
  return { health: 'healthy', reason: pace(pipeline, grid) }
}

function sentence(alerts: readonly AlertView[], worst: AlertView): string {
  const said =
    worst.state === 'pending' ? `${worst.summary} (not for long enough to alert)` : worst.summary
  return alerts.length === 1 ? said : `${said}, and ${alerts.length - 1} more`
}

/** A pipeline without alerts runs, or rests: a daily one does so most of the day. */
function pace(pipeline: PipelineLines, grid: Grid): string {
  const counted = [...pipeline.stages.values()].some((lines) => lines.throughput.length > 0)
  if (!counted) return 'on time'
  const idleMs = sinceLast(pipeline, grid, (value) => value > 0, ['throughput'])
  if (idleMs <= Math.max(SILENT_AFTER_MS, grid.stepMs)) return 'on time'
  const ages = [...pipeline.stages.values()]
    .map((lines) => mainLine('freshness', lines))
    .map((line) => (line === undefined ? null : newest(line)))
    .filter((age) => age !== null)
  if (ages.length > 0) return `idle, last success ${spell(Math.min(...ages) * 1000)} ago`
  return idleMs === Infinity
    ? `idle for over ${spell((grid.stepCount - 1) * grid.stepMs)}`
    : `idle for ${spell(idleMs)}`
}

/** Milliseconds from the newest step at which a line of these kinds held, to the end of the grid; Infinity when none did. */
function sinceLast(
  { stages }: PipelineLines,
  { stepMs, stepCount }: Grid,
  holds: (value: number) => boolean,
  kinds: readonly (typeof STAGE_SERIES)[number][],
): number {
  let newestStep = -1
  for (const lines of stages.values()) {
    for (const kind of kinds) {
      for (const { values } of lines[kind]) {
        for (let k = stepCount - 1; k > newestStep; k--) {
          if (holds(values[k]!)) newestStep = k
        }
      }
    }
  }
  return newestStep < 0 ? Infinity : (stepCount - 1 - newestStep) * stepMs
}

/** A span as a person says it: `45 s`, `14 min`, `5 h`, `3 days`. */
function spell(ms: number): string {
  const seconds = ms / 1000
  if (!Number.isFinite(seconds)) return 'a long time'
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} days`
}
