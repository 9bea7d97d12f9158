import type { ActiveAlertView } from '@weir/alerting'
import type { AlertView, Health, Remark } from '@weir/packs'
import { type PipelineLines, STAGE_SERIES, type StageLines } from './stage-table.ts'
import { mainLine, newest } from './signal-view.ts'
import { isSaidBy } from './words/said.ts'
import { spell } from './words/spell.ts'
import { aboutStage } from './words/words.ts'

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

/** A judgement: how something is, why, and since when. */
export interface Verdict {
  readonly health: Health
  readonly reason: string
  readonly sinceMs: number | null
  /** What the signals do besides, where an alert already says why; '' otherwise. */
  readonly words: string
}

/**
 * How a pipeline is, and why, in words: what the gravest alert says, else that nothing comes, else
 * what its signals do.
 *
 * @param alerts its own, worst first
 * @param remarks on its stages, the gravest first
 */
export function judge(
  pipeline: PipelineLines,
  alerts: readonly AlertView[],
  remarks: readonly Remark[],
  grid: Grid,
): Verdict {
  const [worst] = alerts
  if (worst !== undefined) {
    const health = healthByAlerts(alerts)!
    const rest = remarks.filter((remark) => !isSaidBy(worst, remark))
    const words = tellAll(pipeline, rest)
    return { health, reason: sentence(alerts, worst), sinceMs: worst.sinceMs, words }
  }
  const silentMs = sinceLast(pipeline, grid, (value) => !Number.isNaN(value), STAGE_SERIES)
  if (silentMs > SILENT_AFTER_MS) return silence(silentMs, grid)
  const [gravest] = remarks
  if (gravest === undefined) {
    return { health: 'healthy', reason: pace(pipeline, grid), sinceMs: null, words: '' }
  }
  const health = gravest.tone === 'bad' ? 'degraded' : 'healthy'
  // How long there was no success is said already.
  const sinceMs = gravest.kind === 'freshness' ? null : gravest.sinceMs
  return { health, reason: tellAll(pipeline, remarks), sinceMs, words: '' }
}

function silence(silentMs: number, grid: Grid): Verdict {
  const reason =
    silentMs === Infinity
      ? `nothing for over ${spell(lengthOf(grid))}`
      : `nothing for ${spell(silentMs)}`
  const sinceMs = silentMs === Infinity ? null : grid.startMs + lengthOf(grid) - silentMs
  return { health: 'silent', reason, sinceMs, words: '' }
}

/** How one stage is. */
export function judgeStage(
  stage: string,
  lines: StageLines,
  alerts: readonly AlertView[],
  remarks: readonly Remark[],
  grid: Grid,
): Health {
  const own = alerts.filter(({ labels }) => labels['stage'] === stage)
  const byAlerts = healthByAlerts(own)
  if (byAlerts !== undefined) return byAlerts
  const alone = { system: '', pipeline: '', stages: new Map([[stage, lines]]) }
  const silentMs = sinceLast(alone, grid, (value) => !Number.isNaN(value), STAGE_SERIES)
  if (silentMs > SILENT_AFTER_MS) return 'silent'
  return remarks.some(({ tone }) => tone === 'bad') ? 'degraded' : 'healthy'
}

/** @param alerts worst first; undefined without any */
function healthByAlerts([worst]: readonly AlertView[]): Health | undefined {
  if (worst === undefined) return undefined
  return worst.state === 'firing' && GRAVE.has(worst.severity) ? 'failing' : 'degraded'
}

/** The gravest remark as a sentence, with the next one where it is bad too and of another kind. */
function tellAll({ stages }: PipelineLines, remarks: readonly Remark[]): string {
  const [first] = remarks
  if (first === undefined) return ''
  const say = stages.size > 1 ? aboutStage : ({ text }: Remark): string => text
  const second = remarks.find(({ tone, kind }) => tone === 'bad' && kind !== first.kind)
  return second === undefined ? say(first) : `${say(first)}; ${say(second)}`
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
    ? `idle for over ${spell(lengthOf(grid))}`
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

function lengthOf({ stepMs, stepCount }: Grid): number {
  return (stepCount - 1) * stepMs
}
