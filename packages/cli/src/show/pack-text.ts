import type { Pack } from '@weir/packs'
import { columns, counted } from './columns.ts'

/** A pack in a few figures. */
export interface PackSummary {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly metrics: number
  readonly stages: number
  readonly alerts: number
}

export function summaryOf(pack: Pack): PackSummary {
  const { id, title, description } = pack
  return {
    id,
    title,
    description,
    metrics: pack.metrics.length,
    stages: pack.stages.length,
    alerts: pack.alerts.length,
  }
}

/** `weir pack list`, for people. */
export function showPacks(packs: readonly Pack[]): string[] {
  return columns(
    packs
      .map(summaryOf)
      .map(({ id, title, metrics, stages, alerts }) => [
        id,
        title,
        [counted(metrics, 'metric'), counted(stages, 'stage'), counted(alerts, 'alert')].join(', '),
      ]),
  )
}

/** `weir pack show`, for people. */
export function showPack(pack: Pack): string[] {
  const stages = pack.stages.map(({ stage, title, signals }) => [
    stage,
    title,
    Object.keys(signals).join(', '),
  ])
  const metrics = pack.metrics.map(({ name, type, labels, help }) => [
    `${name}${labels.length === 0 ? '' : `{${labels.join(', ')}}`}`,
    type,
    help,
  ])
  const alerts = pack.alerts.map(({ name, severity, summary }) => [name, severity, summary])
  const boards = pack.dashboards.map(({ name, title, description }) => [name, description || title])
  const ways = (pack.ways ?? []).map(({ title, versions }) => [title, versions])
  return [
    pack.title,
    pack.description,
    ...chapter('Ways in', ways),
    ...chapter('Stages', stages),
    ...chapter('Metrics', metrics),
    ...chapter('Alerts', alerts),
    ...chapter('Boards', boards),
  ]
}

function chapter(title: string, rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : ['', title, ...columns(rows, { indent: '  ' })]
}
