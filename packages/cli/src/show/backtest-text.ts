import type {
  BacktestFiguresView,
  BacktestResultView,
  BacktestRuleView,
  BacktestVariantView,
} from '@weir/packs'
import { formatDuration } from '@weir/server/words'
import { columns, counted } from './columns.ts'

/** Cells of a timeline. */
const WIDTH = 60
const BARS = '▁▂▃▄▅▆▇█'
/** Notifications and firings that are listed. */
const LISTED = 14

/** A result for people, a paragraph for each rule. */
export function backtestLines(result: BacktestResultView): string[] {
  return result.rules.flatMap((rule, i) => [...(i === 0 ? [] : ['']), ...ruleLines(rule, result)])
}

function ruleLines(rule: BacktestRuleView, result: BacktestResultView): string[] {
  const { name, group, expr, askedAs, stepMs, notes, variants, happened } = rule
  const times = clockOf(result.timeZone)
  const rows = variants.map((variant) => [nameOf(variant, rule), ...figures(variant)])
  if (happened !== null) rows.push(['what really happened (ALERTS)', ...figures(happened)])
  const table = columns([HEAD, ...rows], { indent: '  ' })
  const written = variants[0]!
  return [
    `${name} (${group}, every ${formatDuration(stepMs)}): ${expr}`,
    ...(askedAs === null ? [] : [`  asked as: ${askedAs}`]),
    ...notes.map((note) => `  ${note}`),
    ...timeline(rule, result, times),
    ...table,
    ...variants.filter(({ error }) => error !== '').map((variant) => failed(variant, rule)),
    ...(written.notifications === null
      ? firingLines(written, times)
      : notificationLines(written, times)),
  ]
}

const HEAD = ['', 'fired', 'firing', 'longest', 'flaps', 'nights', 'notifications', 'noise']

function figures(of: BacktestFiguresView | BacktestVariantView): string[] {
  const { fired, firingMs, longestMs, flaps, nights } = of
  const more =
    'noise' in of
      ? [of.notifications === null ? '–' : String(of.notifications.count), `${of.noise} %`]
      : ['–', '–']
  return [
    String(fired),
    lengthOf(firingMs),
    lengthOf(longestMs),
    String(flaps),
    String(nights),
    ...more,
  ]
}

/** `> 0.9 for 5m`: what tells a variant from the others. */
function nameOf(variant: BacktestVariantView, { operator }: BacktestRuleView): string {
  const { threshold, forMs, isAsWritten } = variant
  const number = threshold === null ? '' : `${operator ?? 'at'} ${threshold} `
  return `${number}for ${formatDuration(forMs)}${isAsWritten ? ' (as written)' : ''}`
}

function failed(variant: BacktestVariantView, rule: BacktestRuleView): string {
  const { failedCount, error } = variant
  return `  ${nameOf(variant, rule)}: ${counted(failedCount, 'evaluation')} failed: ${error}`
}

/** A line of bars for each variant: the higher, the more of that time something fired. */
function timeline(
  rule: BacktestRuleView,
  { startMs, endMs }: BacktestResultView,
  times: Intl.DateTimeFormat,
): string[] {
  const names = rule.variants.map((variant) => nameOf(variant, rule))
  const margin = Math.max(...names.map(({ length }) => length))
  const [from, to] = [times.format(startMs), times.format(endMs)]
  const pad = ' '.repeat(margin)
  const gap = ' '.repeat(Math.max(1, WIDTH - from.length - to.length))
  return [
    `  ${pad}  ${from}${gap}${to}`,
    ...rule.variants.map(({ busy }, i) => `  ${names[i]!.padEnd(margin)}  ${bars(busy)}`),
  ]
}

/** Equal shares of time as one bar each; nothing is a dot, something is a bar however little it is. */
export function bars(busy: readonly number[], width = WIDTH): string {
  const each = busy.length / width
  return Array.from({ length: width }, (_, i) => {
    const cells = busy.slice(Math.floor(i * each), Math.floor((i + 1) * each))
    const share = cells.reduce((sum, cell) => sum + cell, 0) / Math.max(1, cells.length)
    return share === 0 ? '·' : BARS[Math.min(BARS.length - 1, Math.floor(share * BARS.length))]
  }).join('')
}

function notificationLines(
  { notifications }: BacktestVariantView,
  times: Intl.DateTimeFormat,
): string[] {
  if (notifications === null || notifications.count === 0) return ['  nobody would have been told']
  const { count, byReceiver, list } = notifications
  const receivers = Object.entries(byReceiver).map(([name, times_]) => `${name} ${times_}`)
  const rows = list
    .slice(0, LISTED)
    .map(({ atMs, receiver, status, groupLabels, alertCount, reason }) => [
      times.format(atMs),
      receiver,
      status,
      counted(alertCount, 'alert'),
      `${labelsText(groupLabels)} ${reason}`,
    ])
  return [
    `  ${counted(count, 'notification')} would have been sent: ${receivers.join(', ')}`,
    ...columns(rows, { indent: '    ' }),
    ...more(count - rows.length),
  ]
}

function firingLines(
  { firings, fired }: BacktestVariantView,
  times: Intl.DateTimeFormat,
): string[] {
  const rows = firings
    .slice(0, LISTED)
    .map(({ firedMs, endedMs, labels }) => [
      times.format(firedMs),
      endedMs === null ? 'still' : lengthOf(endedMs - firedMs),
      labelsText(labels),
    ])
  return [...columns(rows, { indent: '    ' }), ...more(fired - rows.length)]
}

function more(count: number): string[] {
  return count > 0 ? [`    and ${count} more (--json has them)`] : []
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return `{${pairs.join(', ')}}`
}

/** Two units are enough: `3h20m`. */
function lengthOf(ms: number): string {
  const units = formatDuration(Math.round(ms / 1000) * 1000).match(/\d+[a-z]+/g) ?? []
  return units.slice(0, 2).join('')
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  })
}
