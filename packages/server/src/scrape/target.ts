import { Labels } from '@weir/model'
import { readDuration } from '../config/read-duration.ts'
import { isSecretParameter, redactText } from '../config/redact-text.ts'
import type { FoundLabels, TargetGroup } from '../discovery/target-group.ts'
import type { ScrapeConfig, ScrapeSettings } from './config.ts'
import { type FormatRules, formatRules } from './formats.ts'
import { type LabelMap, type Relabel, compileRelabel } from '../relabel/relabel.ts'
import { type Naming, namingOf } from './naming.ts'
import { scrapeUrl } from './scrape-url.ts'

const TIMEOUT_MS = 10_000

/** A job with its defaults filled in and its rules compiled. */
export interface Job {
  readonly config: ScrapeConfig
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly relabel: Relabel
  readonly metricRelabel: Relabel
  readonly hasMetricRules: boolean
  readonly limits: Limits
  readonly formats: FormatRules
  readonly naming: Naming
  /** Where failed scrapes are written; '' for nowhere. */
  readonly failureLog: string
  /** Whether targets get three more series about the scrape. */
  readonly hasExtraReports: boolean
}

/** 0 or absent: no limit, but for `bodyBytes`, which has a default. */
interface Limits {
  readonly bodyBytes: number | undefined
  readonly samples: number
  readonly labels: number
  readonly labelNameBytes: number
  readonly labelValueBytes: number
  readonly targets: number
  /** How many dropped targets are remembered. */
  readonly droppedKept: number
}

export interface Target {
  readonly kind: 'active'
  readonly job: Job
  /** Attached to every sample. */
  readonly labels: Labels
  readonly discovered: Labels
  /** Where it is, as it may be shown: secrets in the query string are hidden. */
  readonly url: string
  /** The whole address. */
  readonly requestUrl: string
  readonly intervalMs: number
  readonly timeoutMs: number
  /** Both as the labels have them. */
  readonly shownInterval: string
  readonly shownTimeout: string
  /** Why it cannot be scraped at all; '' when it can. */
  readonly fault: string
}

export function makeJob(config: ScrapeConfig, global: ScrapeSettings['global']): Job {
  const intervalMs = config.scrape_interval ?? global.scrape_interval
  const timeoutMs = config.scrape_timeout ?? global.scrape_timeout ?? TIMEOUT_MS
  const limit = (
    key:
      | 'sample_limit'
      | 'label_limit'
      | 'label_name_length_limit'
      | 'label_value_length_limit'
      | 'target_limit'
      | 'keep_dropped_targets',
  ): number => config[key] ?? global[key] ?? 0
  return {
    config,
    intervalMs,
    timeoutMs: Math.min(timeoutMs, intervalMs),
    relabel: compileRelabel(config.relabel_configs),
    metricRelabel: compileRelabel(config.metric_relabel_configs),
    hasMetricRules: config.metric_relabel_configs.length > 0,
    limits: {
      bodyBytes: config.body_size_limit ?? global.body_size_limit,
      samples: limit('sample_limit'),
      labels: limit('label_limit'),
      labelNameBytes: limit('label_name_length_limit'),
      labelValueBytes: limit('label_value_length_limit'),
      targets: limit('target_limit'),
      droppedKept: limit('keep_dropped_targets'),
    },
    formats: formatRules(config, global),
    naming: namingOf(config, global),
    failureLog: config.scrape_failure_log_file || (global.scrape_failure_log_file ?? ''),
    hasExtraReports: config.extra_scrape_metrics ?? global.extra_scrape_metrics ?? false,
  }
}

/** What a job's groups come to. */
export interface FoundTargets {
  /** Those of one URL and one label set once. Past `target_limit` each has that as its fault. */
  readonly active: readonly Target[]
  /** Labels of those that a rule dropped, as many as `keep_dropped_targets` allows. */
  readonly dropped: readonly Labels[]
  readonly droppedCount: number
  /** Why some could not become targets at all. */
  readonly faults: readonly string[]
}

export function targetsOf(job: Job, groups: readonly TargetGroup[]): FoundTargets {
  const active = new Map<string, Target>()
  const dropped: Labels[] = []
  const faults: string[] = []
  const { droppedKept } = job.limits
  let droppedCount = 0
  for (const group of groups) {
    for (const own of group.targets) {
      const found = makeTarget(job, own, group.labels)
      if (found.kind === 'broken') {
        faults.push(`${found.why} (found in ${group.source})`)
      } else if (found.kind === 'dropped') {
        droppedCount++
        if (droppedKept === 0 || dropped.length < droppedKept) dropped.push(found.discovered)
      } else {
        // Of those that come to the same, the last one's labels are shown, as in Prometheus.
        active.set(targetKey(found), found)
      }
    }
  }
  return { active: limited(job, [...active.values()]), dropped, droppedCount, faults }
}

function limited(job: Job, active: readonly Target[]): readonly Target[] {
  const most = job.limits.targets
  if (most === 0 || active.length <= most) return active
  const fault = `Cannot scrape: want at most ${most} targets (target_limit), got ${active.length}`
  return active.map((target) => ({ ...target, fault }))
}

/** Labels before relabelling as they may be shown: parameters that are secrets are hidden. */
export function shownLabels(discovered: Labels): Record<string, string> {
  const shown = [...discovered].map(([name, value]) => {
    const isSecret = name.startsWith('__param_') && isSecretParameter(name)
    return [name, isSecret ? '<secret>' : value]
  })
  return Object.fromEntries(shown) as Record<string, string>
}

/** What makes a target another one. */
export function targetKey(target: Target): string {
  return `${target.job.config.job_name}\0${target.requestUrl}\0${target.labels.key()}`
}

type Made =
  | Target
  | { readonly kind: 'dropped'; readonly discovered: Labels }
  | { readonly kind: 'broken'; readonly why: string }

/** Labels of a target before relabelling: its own, its group's, and what the job says. */
function discoveredLabels(job: Job, own: FoundLabels, group: FoundLabels): LabelMap {
  const { config } = job
  const labels: LabelMap = new Map(
    Object.entries({ ...group, ...own }).filter(([, value]) => value !== ''),
  )
  const missing = (name: string, value: string): void => {
    if (!labels.has(name) && value !== '') labels.set(name, value)
  }
  missing('job', config.job_name)
  missing('__scrape_interval__', showDuration(job.intervalMs))
  missing('__scrape_timeout__', showDuration(job.timeoutMs))
  missing('__metrics_path__', config.metrics_path)
  missing('__scheme__', config.scheme)
  for (const [name, values] of Object.entries(config.params)) {
    missing(`__param_${name}`, values[0] ?? '')
  }
  return labels
}

function makeTarget(job: Job, own: FoundLabels, group: FoundLabels): Made {
  const labels = discoveredLabels(job, own, group)
  const discovered = labelsOf(labels)
  if (!job.relabel(labels)) return { kind: 'dropped', discovered }
  const address = labels.get('__address__') ?? ''
  if (address === '') {
    return { kind: 'broken', why: 'Cannot use a target without __address__ after relabelling' }
  }
  if (!labels.has('instance')) labels.set('instance', address)
  const requestUrl = scrapeUrl(labels, address, job.config.params)
  const times = timesOf(job, labels)
  return {
    kind: 'active',
    job,
    labels: labelsOf(new Map([...labels].filter(([name]) => !name.startsWith('__')))),
    discovered,
    url: redactText(requestUrl),
    requestUrl,
    ...times,
    fault: address.includes('/')
      ? `Cannot use "${address}" as an address: want host:port`
      : times.fault,
  }
}

type Times = Pick<Target, 'intervalMs' | 'timeoutMs' | 'shownInterval' | 'shownTimeout' | 'fault'>

/** How often and how long, which relabelling may have changed; the job's own, and a fault, when it cannot be used. */
function timesOf(job: Job, labels: LabelMap): Times {
  const interval = labels.get('__scrape_interval__') ?? ''
  const timeout = labels.get('__scrape_timeout__') ?? ''
  // What is no duration counts as 0.
  const [intervalMs, timeoutMs] = [readDuration(interval) ?? 0, readDuration(timeout) ?? 0]
  const shown = { shownInterval: interval, shownTimeout: timeout }
  const own = { intervalMs: job.intervalMs, timeoutMs: job.timeoutMs, ...shown }
  if (intervalMs === 0) {
    const fault = `Cannot use "${interval}" as __scrape_interval__: want a duration above 0`
    return { ...own, fault }
  }
  if (timeoutMs === 0 || timeoutMs > intervalMs) {
    const fault = `Cannot use "${timeout}" as __scrape_timeout__: want a duration above 0 and up to the interval, ${interval}`
    return { ...own, fault }
  }
  return { intervalMs, timeoutMs, ...shown, fault: '' }
}

export function labelsOf(labels: LabelMap): Labels {
  return Labels.fromFlat([...labels].flat())
}

/** Largest first; years and weeks are only written where nothing is left over, as Prometheus does. */
const UNITS = [
  ['y', 31_536_000_000, true],
  ['w', 604_800_000, true],
  ['d', 86_400_000, false],
  ['h', 3_600_000, false],
  ['m', 60_000, false],
  ['s', 1000, false],
  ['ms', 1, false],
] as const

/** `15s`, `1m30s`, as the target page shows it. */
export function showDuration(ms: number): string {
  let rest = ms
  let shown = ''
  for (const [unit, size, isWhole] of UNITS) {
    if (isWhole && rest % size !== 0) continue
    const count = Math.floor(rest / size)
    if (count > 0) shown += `${count}${unit}`
    rest -= count * size
  }
  return shown === '' ? '0s' : shown
}
