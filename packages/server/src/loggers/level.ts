import type { LogLevel } from '@weir/packs'

/** The most verbose first. */
export const LOG_LEVELS = [
  'trace',
  'debug',
  'info',
  'warning',
  'error',
  'critical',
  'off',
] as const satisfies readonly LogLevel[]

/** 0 for `trace`, the most verbose, to 6 for `off`. */
export function rankOf(level: LogLevel): number {
  return LOG_LEVELS.indexOf(level)
}

/** What has a pattern of logger names and a level. */
interface Wish {
  readonly level: LogLevel
}

/** The most verbose of some wishes; undefined of none. */
export function mostVerbose<W extends Wish>(wishes: readonly W[]): W | undefined {
  return wishes.toSorted((a, b) => rankOf(a.level) - rankOf(b.level))[0]
}
