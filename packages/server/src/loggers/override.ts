import { createHash, randomBytes } from 'node:crypto'
import type { LogLevel, LoggerSelector, OverrideDraft } from '@weir/packs'
import { z } from 'zod'
import { LOG_LEVELS } from './level.ts'
import { STARS_MAX, matches } from './pattern.ts'
import type { HeldOverride } from './protocol.ts'

/** Nothing holds longer: whoever forgets it is not paid for it a week later. */
const LONGEST_MS = 24 * 3_600_000

const text = (most: number): z.ZodString => z.string().max(most)

const pattern = z
  .string()
  .min(1)
  .max(256)
  .refine((stars) => stars.split('*').length - 1 <= STARS_MAX, {
    message: `want at most ${STARS_MAX} stars`,
  })

const selector = z
  .strictObject({
    service: pattern.optional(),
    instance: pattern.optional(),
    host: pattern.optional(),
    version: pattern.optional(),
    pipeline: pattern.optional(),
    labels: z
      .record(text(128), pattern)
      .refine((labels) => Object.keys(labels).length <= 32, { message: 'want at most 32 labels' })
      .optional(),
  })
  .prefault({})

/** What `POST /api/weir/v1/loggers/overrides` takes. */
export const overrideDraft = z.strictObject({
  selector,
  logger: pattern,
  level: z.enum(LOG_LEVELS, { error: `want one of ${LOG_LEVELS.join(', ')}` }),
  durationMs: z.int().min(1000, 'want at least a second').max(LONGEST_MS, 'want at most 24 hours'),
  reason: text(1000).default(''),
  author: text(200).min(1, 'want who does it'),
  recordsMax: z.int().positive().optional(),
}) satisfies z.ZodType<OverrideDraft>

export type CheckedDraft = z.output<typeof overrideDraft>

/** A level for some loggers of some processes for some time. It never changes: another wish is another override. */
export interface Override {
  readonly id: string
  readonly selector: LoggerSelector
  readonly logger: string
  readonly level: LogLevel
  readonly reason: string
  readonly author: string
  readonly from: string
  readonly startsAtMs: number
  readonly expiresAtMs: number
  readonly recordsMax: number | null
}

/** Makes one of a draft. @param from the address that it came from */
export function overrideOf(draft: CheckedDraft, from: string, nowMs: number): Override {
  const { durationMs, recordsMax = null, ...rest } = draft
  return {
    id: randomBytes(6).toString('hex'),
    ...rest,
    from,
    startsAtMs: nowMs,
    expiresAtMs: nowMs + durationMs,
    recordsMax,
  }
}

/** By what a selector chooses a process. */
export interface Selectable {
  readonly service: string
  readonly instance: string
  readonly host: string
  readonly version: string
  readonly pipeline: string
  readonly labels: Readonly<Record<string, string>>
}

const FIELDS = ['service', 'instance', 'host', 'version', 'pipeline'] as const

/** Whether a process is meant. */
export function selects(wanted: LoggerSelector, process: Selectable): boolean {
  const byField = FIELDS.every((field) => {
    const stars = wanted[field]
    return stars === undefined || matches(stars, process[field])
  })
  return (
    byField &&
    Object.entries(wanted.labels ?? {}).every(([label, stars]) =>
      matches(stars, process.labels[label] ?? ''),
    )
  )
}

/** As a process is told of it. */
export function held(override: Override, nowMs: number): HeldOverride {
  const { id, logger, level, expiresAtMs, recordsMax } = override
  return {
    id,
    logger,
    level,
    remainingMs: Math.max(1, expiresAtMs - nowMs),
    ...(recordsMax === null ? {} : { recordsMax }),
  }
}

/**
 * What tells one set of overrides from another. It is made of their ids, which mean the same for ever: so a
 * client that still knows it need not be answered, not even by a Weir that was started anew.
 */
export function versionOf(overrides: readonly Pick<Override, 'id'>[]): string {
  if (overrides.length === 0) return '0'
  const ids = overrides.map(({ id }) => id).toSorted()
  return createHash('sha256').update(ids.join(',')).digest('hex').slice(0, 16)
}
