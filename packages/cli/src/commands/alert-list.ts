import { systemClock } from '@weir/model'
import type { FiringAlert, FiringGroup } from '@weir/packs'
import type { Command } from 'commander'
import { columns } from '../show/columns.ts'
import { askWeir } from './ask-weir.ts'
import { withServer } from './server-option.ts'

/** `weir alert list`. */
export function addAlertList(alert: Command): void {
  withServer(alert.command('list'))
    .description('alerts that fire, to whom they go, and who deals with them')
    .option('--json', 'groups with their alerts, as the HTTP API gives them', false)
    .action(async ({ server, json }: { readonly server: string; readonly json: boolean }) => {
      const groups = await askWeir<readonly FiringGroup[]>(server, 'alerts/groups')
      if (json) console.log(JSON.stringify(groups, null, 2))
      else for (const line of alertLines(groups, systemClock.now())) console.log(line)
    })
}

/** One line for each alert and receiver, the oldest last. */
export function alertLines(groups: readonly FiringGroup[], nowMs: number): string[] {
  const rows = groups
    .flatMap(({ receiver, alerts }) => alerts.map((alert) => ({ receiver, alert })))
    .toSorted((a, b) => b.alert.startsAtMs - a.alert.startsAtMs)
    .map(({ receiver, alert }) => [
      alert.fingerprint,
      alert.labels['alertname'] ?? '',
      `${new Date(alert.startsAtMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
      receiver,
      stateText(alert, nowMs),
      alert.annotations['summary'] ?? alert.annotations['description'] ?? '',
    ])
  return columns([['Fingerprint', 'Alert', 'Since', 'To', 'State', 'Summary'], ...rows])
}

function stateText({ labels, endsAtMs, status, marks }: FiringAlert, nowMs: number): string {
  if (endsAtMs <= nowMs) return 'resolved'
  if (status.silencedBy.length > 0) return 'silenced'
  if (status.inhibitedBy.length > 0) return 'inhibited'
  if (status.mutedBy.length > 0) return `muted by ${status.mutedBy.join(', ')}`
  // A dead man's switch fires so that its silence can be noticed.
  if (labels['severity'] === 'none') return 'beats'
  return marks?.ack ? `acked by ${marks.ack.by}` : 'firing'
}
