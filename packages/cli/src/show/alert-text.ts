import type { AlertMarksView, FiringAlert } from '@weir/packs'
import type { ShownAlert } from '../commands/alert-show.ts'
import type { ApiAlert } from '../commands/alertmanager-api.ts'
import { columns } from './columns.ts'
import { labelsText } from './labels-text.ts'
import { awayText } from './silence-text.ts'

/** A line an alert, below a heading; nothing for none. */
export function alertLines(alerts: readonly ApiAlert[], nowMs: number): string[] {
  if (alerts.length === 0) return []
  return columns([
    ['FINGERPRINT', 'ALERT', 'STATE', 'SINCE', 'SUMMARY', 'LABELS'],
    ...alerts.map(({ fingerprint, labels, annotations, startsAt, status }) => {
      const { alertname = '', ...rest } = labels
      const since = awayText(Date.parse(startsAt) - nowMs)
      const summary = cut(annotations['summary'] ?? '')
      return [fingerprint, alertname, stateText(status), since, summary, labelsText(rest)]
    }),
  ])
}

const SUMMARY_MAX = 60

function cut(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > SUMMARY_MAX ? `${line.slice(0, SUMMARY_MAX - 1)}…` : line
}

function stateText({ state, silencedBy, inhibitedBy }: ApiAlert['status']): string {
  if (silencedBy.length > 0) return 'silenced'
  return inhibitedBy.length > 0 ? 'inhibited' : state
}

/** All about one alert, a line a fact. */
export function alertStory({ alert, receivers, events }: ShownAlert, nowMs: number): string[] {
  const { labels, annotations, fingerprint, startsAtMs, marks } = alert
  return [
    labelsText(labels),
    ...columns(
      [
        ['fingerprint', fingerprint],
        ['since', `${timeText(startsAtMs)}, ${awayText(startsAtMs - nowMs)}`],
        ['told to', receivers.join(', ')],
        ['state', heldText(alert)],
        ...figure(alert),
        ...(marks === null ? [] : markRows(marks)),
        ...Object.entries(annotations),
      ],
      { indent: '  ' },
    ),
    ...columns(
      events.map(({ atMs, kind, receiver = '', by = '', why = '', text = '' }) => [
        timeText(atMs),
        kind,
        [receiver, by, why, text].filter((part) => part !== '').join(', '),
      ]),
      { indent: '  ' },
    ),
  ]
}

function heldText({ status }: FiringAlert): string {
  const by = (what: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`${what} ${names.join(', ')}`]
  const held = [
    ...by('silenced by', status.silencedBy),
    ...by('inhibited by', status.inhibitedBy),
    ...by('muted by', status.mutedBy),
  ]
  return held.length === 0 ? status.state : held.join('; ')
}

function figure({ evidence }: FiringAlert): string[][] {
  if (evidence === undefined) return []
  const { value, threshold, expr } = evidence
  const limit = threshold === undefined ? '' : `, limit ${threshold.operator} ${threshold.value}`
  return [
    ['value', `${value ?? 'NaN'}${limit}`],
    ['expr', expr],
  ]
}

function markRows({ ack, assignee, notes }: AlertMarksView): string[][] {
  return [
    ...(ack === null ? [] : [['acknowledged', `by ${ack.by}${after(ack.comment)}`]]),
    ...(assignee === null ? [] : [['assigned', `to ${assignee.to} by ${assignee.by}`]]),
    ...notes.map(({ by, text }) => ['note', `${by}${after(text)}`]),
  ]
}

function after(text: string): string {
  return text === '' ? '' : `: ${text.replaceAll(/\s+/g, ' ')}`
}

/** `2026-01-02 15:04:05Z` */
function timeText(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace(/\.\d+/, '')
}
