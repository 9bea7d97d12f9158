import { inert } from './inert.ts'
import { saidText } from './said-text.ts'

/** A line of log on its way to somebody's eyes. */
export interface ShownLog {
  /** Nanoseconds since 1970. */
  readonly timeNs: bigint
  readonly level: string
  readonly labels: Readonly<Record<string, string>>
  readonly line: string
}

/** A colour by level, as most terminals' own readers of logs have them. */
const COLOURS: ReadonlyMap<string, string> = new Map([
  ['trace', '90'],
  ['debug', '36'],
  ['info', '32'],
  ['warn', '33'],
  ['error', '31'],
  ['critical', '35'],
  ['fatal', '35'],
])

/**
 * `2026-01-02 15:04:05.123Z error app="shop"  Cannot send`: what came is made inert, since a line of log is
 * written by whoever made the program fail. Further lines of one, as stack traces have them, are indented.
 */
export function logText({ timeNs, level, labels, line }: ShownLog, isColoured: boolean): string {
  const ms = Number(timeNs / 1_000_000n)
  const time = new Date(ms).toISOString().replace('T', ' ')
  const word = level.padEnd(5)
  const colour = COLOURS.get(level)
  const shown = isColoured && colour !== undefined ? `\u001b[${colour}m${word}\u001b[0m` : word
  const who = Object.entries(labels)
    .filter(([name]) => name !== 'detected_level' && name !== 'level')
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(' ')
  const text = saidText(line, labels).split(/\r?\n/).map(inert).join('\n    ')
  return `${time} ${shown} ${isColoured ? `\u001b[90m${inert(who)}\u001b[0m` : inert(who)}  ${text}`
}
