import { Labels } from '@weir/model'
import { isSecretParameter, redactText } from '../config/redact-text.ts'
import type { ScrapeConfig, ScrapeSettings } from './config.ts'
import { type LabelMap, type Relabel, compileRelabel } from '../relabel/relabel.ts'

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
}

/** 0 or absent: no limit, but for `bodyBytes`, which has a default. */
interface Limits {
  readonly bodyBytes: number | undefined
  readonly samples: number
  readonly labels: number
  readonly labelNameBytes: number
  readonly labelValueBytes: number
  readonly targets: number
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
  /** Why it cannot be scraped at all; '' when it can. */
  readonly fault: string
}

export interface DroppedTarget {
  readonly kind: 'dropped'
  readonly discovered: Labels
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
      | 'target_limit',
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
    },
  }
}

/** The targets of a job; those of one URL and one label set once. Past `target_limit` each has that as its fault. */
export function targetsOf(job: Job): (Target | DroppedTarget)[] {
  const seen = new Set<string>()
  const found: (Target | DroppedTarget)[] = []
  for (const group of job.config.static_configs) {
    for (const address of group.targets) {
      const target = makeTarget(job, { ...group.labels, __address__: address })
      const key = target.kind === 'active' ? targetKey(target) : target.discovered.key()
      if (seen.has(key)) continue
      seen.add(key)
      found.push(target)
    }
  }
  const activeCount = found.filter(({ kind }) => kind === 'active').length
  if (job.limits.targets === 0 || activeCount <= job.limits.targets) return found
  const fault = `Cannot scrape: want at most ${job.limits.targets} targets (target_limit), got ${activeCount}`
  return found.map((target) => (target.kind === 'active' ? { ...target, fault } : target))
}

/** Labels before relabelling as they may be shown: parameters that are secrets are hidden. */
export function shownLabels(discovered: Labels): Record<string, string> {
  const shown = Object.entries(discovered.toJSON()).map(([name, value]) => {
    const isSecret = name.startsWith('__param_') && isSecretParameter(name)
    return [name, isSecret ? '<secret>' : value]
  })
  return Object.fromEntries(shown) as Record<string, string>
}

/** What makes a target another one. */
export function targetKey(target: Target): string {
  return `${target.job.config.job_name}\0${target.requestUrl}\0${target.labels.key()}`
}

function makeTarget(job: Job, given: Readonly<Record<string, string>>): Target | DroppedTarget {
  const { config } = job
  const labels: LabelMap = new Map(Object.entries(given).filter(([, value]) => value !== ''))
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
  const discovered = labelsOf(labels)
  const isKept = job.relabel(labels)
  const address = labels.get('__address__') ?? ''
  if (!isKept || address === '') return { kind: 'dropped', discovered }
  missing('instance', address)
  const requestUrl = urlOf(labels, address, config.params)
  const intervalMs = readDuration(labels.get('__scrape_interval__')) || job.intervalMs
  const timeoutMs = readDuration(labels.get('__scrape_timeout__')) || job.timeoutMs
  return {
    kind: 'active',
    job,
    labels: labelsOf(new Map([...labels].filter(([name]) => !name.startsWith('__')))),
    discovered,
    url: redactText(requestUrl),
    requestUrl,
    intervalMs,
    timeoutMs: Math.min(timeoutMs, intervalMs),
    fault: address.includes('/') ? `Cannot use "${address}" as an address: want host:port` : '',
  }
}

function urlOf(
  labels: LabelMap,
  address: string,
  params: Readonly<Record<string, readonly string[]>>,
): string {
  const query = new URLSearchParams()
  for (const [name, value] of labels) {
    if (!name.startsWith('__param_')) continue
    const key = name.slice('__param_'.length)
    query.append(key, value)
    for (const further of params[key]?.slice(1) ?? []) query.append(key, further)
  }
  query.sort()
  const path = labels.get('__metrics_path__') ?? ''
  const slash = path.startsWith('/') ? '' : '/'
  const search = query.size === 0 ? '' : `?${query.toString()}`
  return `${labels.get('__scheme__') ?? 'http'}://${address}${slash}${path}${search}`
}

export function labelsOf(labels: LabelMap): Labels {
  return Labels.fromFlat([...labels].flat())
}

const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const

/** `15s`, `1m30s`, as the target page shows it. */
export function showDuration(ms: number): string {
  let rest = ms
  let shown = ''
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size)
    if (count > 0) shown += `${count}${unit}`
    rest -= count * size
  }
  return shown === '' ? '0s' : shown
}

/** What {@link showDuration} writes and relabelling may change; 0 when it is no duration. */
function readDuration(text: string | undefined): number {
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text ?? '')
  if (parts === null) return 0
  return UNITS.reduce((sum, [, size], i) => sum + Number(parts[i + 1] ?? 0) * size, 0)
}
