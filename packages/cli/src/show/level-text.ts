import type { LoggerRow, LoggerService, LoggersView, OverrideView } from '@weir/packs'
import { formatDuration } from '@weir/server/words'
import { columns, counted } from './columns.ts'
import { plain } from './plain.ts'

/** A line for each logger; of several levels, how many processes have each. */
export function loggerLines({ services }: LoggersView): string[] {
  const rows = services.flatMap(({ service, instances, loggers }) =>
    loggers.map((logger) => [
      plain(`${service}/${logger.name}`),
      levelText(logger),
      counted(instances.filter(({ state }) => state !== 'gone').length, 'process', 'processes'),
      logger.overrides.join(' '),
    ]),
  )
  if (rows.length === 0) return []
  return columns([['Logger', 'Level', 'Of', 'Override'], ...rows])
}

function levelText({ effective }: LoggerRow): string {
  const levels = Object.entries(effective)
  if (levels.length === 1) return levels[0]![0]
  return levels.map(([level, count]) => `${level}: ${count}`).join(', ')
}

/** What the list of loggers does not show by itself: processes that cannot be reached, and what is left out. */
export function loggerNotes({ services }: LoggersView): string[] {
  return services.flatMap(notesOf)
}

function notesOf({ service, instances }: LoggerService): string[] {
  return instances.flatMap(({ instance, host, state, error, unlistedCount }) => {
    const who = plain(`${service} on ${host} (${instance})`)
    if (state === 'gone') return [`${who} is gone`]
    if (state === 'failing') return [`${who}: ${plain(error)}`]
    if (unlistedCount > 0) return [`${who} has ${unlistedCount} more loggers than are listed`]
    return []
  })
}

/** A line for each override. */
export function overrideLines(overrides: readonly OverrideView[], nowMs: number): string[] {
  if (overrides.length === 0) return []
  const rows = overrides.map((one) => [
    one.id,
    plain(patternOf(one)),
    one.level,
    untilText(one, nowMs),
    `${one.appliedCount} of ${one.ofCount}`,
    String(one.records),
    plain(one.author),
    plain(one.reason.replaceAll(/\s+/g, ' ')),
  ])
  const heads = ['Id', 'Loggers', 'Level', 'Until', 'Applied', 'Records', 'By', 'Why']
  return columns([heads, ...rows])
}

/** What it is for, as `weir level set` takes it: `orders/kafka*`, with whatever else was asked of processes. */
export function patternOf({ selector, logger }: OverrideView): string {
  const { service = '*', labels = {}, ...others } = selector
  const further = [...Object.entries(others), ...Object.entries(labels)].map(
    ([name, value]) => ` ${name}=${value}`,
  )
  return `${service}/${logger}${further.join('')}`
}

function untilText({ state, remainingMs, endedMs, endedBy }: OverrideView, nowMs: number): string {
  if (state === 'active') return `in ${roughly(remainingMs)}`
  const ago = `${roughly(nowMs - (endedMs ?? nowMs))} ago`
  if (state === 'expired') return `over ${ago}`
  return endedBy === '' ? `cleared ${ago}` : `cleared ${ago} by ${plain(endedBy)}`
}

/** Whole seconds are enough for people, and whole minutes for what is longer than an hour. */
function roughly(ms: number): string {
  const step = ms >= 3_600_000 ? 60_000 : 1000
  return formatDuration(Math.max(0, Math.floor(ms / step) * step))
}

/** What became of an override: how many took it, and who did not. */
export function outcomeLines({ id, level, remainingMs, reach, ...one }: OverrideView): string[] {
  const summary = `${id}: ${level} for ${roughly(remainingMs)}, applied by ${one.appliedCount} of ${one.ofCount}`
  const odd = reach
    .filter(({ state }) => state === 'waiting' || state === 'failed')
    .map(({ service, host, instance, state, error }) => {
      const why = state === 'waiting' ? 'did not say yet' : error
      return `  ${plain(`${service} on ${host} (${instance}): ${why}`)}`
    })
  return [summary, ...odd]
}
