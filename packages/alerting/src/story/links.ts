import { chartExpr } from '../rules/evidence.ts'
import { linesBehind } from '../rules/log-expr.ts'
import type { AlertFacts } from '../template/notification-data.ts'

/** Where a reader can go from a message. '' where there is no such place. */
export interface AlertLinks {
  /** The page of the pipeline that the alert is about. */
  readonly pipeline: string
  /** The expression as a chart, around the time of the alert. */
  readonly explore: string
  /** What its pipeline or stage logged around its start. */
  readonly logs: string
  /** The alert on the page of alerts. */
  readonly alerts: string
  readonly runbook: string
  readonly dashboard: string
}

/** What links are called, in the order in which messages show them. */
export const LINK_TITLES = {
  pipeline: 'Pipeline',
  explore: 'Chart',
  logs: 'Logs',
  alerts: 'Alert',
  runbook: 'Runbook',
  dashboard: 'Dashboard',
} as const satisfies Record<keyof AlertLinks, string>

/** Of pipelines whose senders name no system; their lines of log have no such label either. */
const UNNAMED_SYSTEM = 'custom'

const BEFORE_MS = 30 * 60_000
const AFTER_MS = 10 * 60_000

/** Each kind of link is one line here. */
export function linksOf(alert: AlertFacts, externalUrl: string): AlertLinks {
  const { labels, annotations } = alert
  const [system, pipeline] = [labels.get('system'), labels.get('pipeline')]
  const hasPage = system !== '' && pipeline !== ''
  return {
    pipeline: hasPage ? `${externalUrl}/pipelines/${encode(system)}/${encode(pipeline)}` : '',
    explore: exploreUrl(alert, externalUrl),
    logs: logsUrl(alert, externalUrl),
    alerts: alertsUrl(labels.get('alertname'), externalUrl),
    runbook: safeUrl(annotations.get('runbook_url') || annotations.get('runbook'), externalUrl),
    dashboard: safeUrl(annotations.get('dashboard_url'), externalUrl),
  }
}

const encode = encodeURIComponent

export function alertsUrl(alertName: string, externalUrl: string): string {
  return `${externalUrl}/alerts${alertName === '' ? '' : `?q=${encode(alertName)}`}`
}

function exploreUrl(alert: AlertFacts, externalUrl: string): string {
  const { evidence, startsAtMs, endsAtMs, generatorUrl } = alert
  if (evidence === undefined) return safeUrl(generatorUrl, externalUrl)
  if (evidence.source === 'logs') return '' // it counts lines, which are shown
  const from = startsAtMs - BEFORE_MS
  const to = endsAtMs === null ? 'now' : String(endsAtMs + AFTER_MS)
  return `${externalUrl}/explore?expr=${encode(chartExpr(evidence.expr))}&from=${from}&to=${to}`
}

/** The lines that it counted; of other alerts those of the same place, since logs and metrics have the same words. */
function logsUrl(alert: AlertFacts, externalUrl: string): string {
  const { labels, evidence, startsAtMs, endsAtMs } = alert
  const matchers = ['system', 'pipeline', 'stage']
    .filter((name) => labels.get(name) !== '')
    .filter((name) => name !== 'system' || labels.get(name) !== UNNAMED_SYSTEM)
    .map((name) => `${name}=${JSON.stringify(labels.get(name))}`)
  const counted = evidence?.source === 'logs' ? linesBehind(evidence.expr) : ''
  const lines = counted || (matchers.length === 0 ? '' : `{${matchers.join(', ')}}`)
  if (lines === '') return ''
  const query = encode(lines)
  const from = startsAtMs - BEFORE_MS
  return `${externalUrl}/logs?query=${query}&from=${from}&to=${(endsAtMs ?? startsAtMs) + AFTER_MS}`
}

/** http(s) only, since it becomes a link in somebody's client; `/packs/x` is a page of this Weir. */
function safeUrl(text: string, externalUrl: string): string {
  const url = text.startsWith('/') && !text.startsWith('//') ? externalUrl + text : text.trim()
  return /^https?:\/\/[^/\s]/i.test(url) && URL.canParse(url) ? new URL(url).href : ''
}
