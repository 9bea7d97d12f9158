import type { LogLevel } from '@weir/packs'
import type { LoggerState } from '../instances.ts'
import { mostVerbose } from '../level.ts'
import { matches } from '../pattern.ts'
import type { HeldOverride } from '../protocol.ts'
import { type LevelDriver, above } from './driver.ts'

/**
 * Which loggers must have which level so that all overrides are fulfilled. A logger that inherits what it
 * should have is left alone: of `*` only the root is set, and those that have a level of their own.
 */
export function wishesOf(
  loggers: ReadonlyMap<string, LoggerState>,
  overrides: readonly HeldOverride[],
  driver: Pick<LevelDriver, 'nearest' | 'root'>,
): Map<string, LogLevel> {
  const meant = new Map<string, LogLevel>()
  for (const name of loggers.keys()) {
    const wish = mostVerbose(overrides.filter(({ logger }) => matches(logger, name)))
    if (wish !== undefined) meant.set(name, driver.nearest(wish.level))
  }
  return new Map([...meant].filter(([name]) => !inherits(name)))

  function inherits(name: string): boolean {
    if (loggers.get(name)?.level !== undefined) return false
    for (const other of above(name, driver.root)) {
      const level = meant.get(other)
      if (level !== undefined) return level === meant.get(name)
      if (loggers.get(other)?.level !== undefined) return false
    }
    return false
  }
}
