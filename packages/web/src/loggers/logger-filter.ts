import type { LogLevel, LoggerRow, LoggerService } from '@weir/packs'

/** The most verbose first. */
export const LEVELS = [
  'trace',
  'debug',
  'info',
  'warning',
  'error',
  'critical',
  'off',
] as const satisfies readonly LogLevel[]

/** What the address says of the wish. */
export interface LoggersSearch {
  readonly q?: string | undefined
  readonly show?: string | undefined
  readonly tab?: string | undefined
}

/**
 * Services with the loggers that are wanted; without a wish every service is there, also one without loggers.
 *
 * @param query words, each of which must be somewhere in `service/logger`
 */
export function wantedServices(
  services: readonly LoggerService[],
  query: string,
  onlyChanged: boolean,
): LoggerService[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0 && !onlyChanged) return [...services]
  return services
    .map((service) => ({
      ...service,
      loggers: service.loggers.filter(({ name, overrides }) => {
        const text = `${service.service}/${name}`.toLowerCase()
        return (!onlyChanged || overrides.length > 0) && words.every((word) => text.includes(word))
      }),
    }))
    .filter(({ loggers }) => loggers.length > 0)
}

/** Its levels with how many processes have each, the most verbose first. */
export function levelsOf({ effective }: LoggerRow): { level: LogLevel; count: number }[] {
  return LEVELS.flatMap((level) => {
    const count = effective[level] ?? 0
    return count === 0 ? [] : [{ level, count }]
  })
}
