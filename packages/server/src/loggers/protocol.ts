import type { LogLevel } from '@weir/packs'
import { z } from 'zod'
import { LOG_LEVELS } from './level.ts'

/**
 * What processes ask and what they are answered: docs/formats/logger-protocol.md, limit by limit. Unknown
 * fields are ignored, so that newer clients can talk to older Weirs.
 */

/** No request is held longer. */
const WAIT_MS_MAX = 30_000

const level = z.enum(LOG_LEVELS, { error: `want one of ${LOG_LEVELS.join(', ')}` })
const name = (most: number): z.ZodString => z.string().min(1).max(most)
const count = z.int().nonnegative()

export const pollRequest = z.object({
  instance: name(64),
  service: name(200),
  version: z.string().max(200).default(''),
  host: name(255),
  pid: count,
  language: name(32),
  pipeline: z.string().max(200).default(''),
  labels: z
    .record(name(128), z.string().max(256))
    .refine((labels) => Object.keys(labels).length <= 32, { message: 'want at most 32 labels' })
    .default({}),
  loggersVersion: count,
  loggers: z.record(name(256), z.object({ level: level.optional(), effective: level })).optional(),
  overridesVersion: z.string().max(64),
  applied: z.array(z.object({ id: name(64), loggers: count, records: count })).max(1000),
  waitMs: count.transform((ms) => Math.min(ms, WAIT_MS_MAX)),
  leaving: z.boolean().default(false),
})

export type PollRequest = z.output<typeof pollRequest>

/** An override as a process is told of it. */
export interface HeldOverride {
  readonly id: string
  /** Pattern of logger names. */
  readonly logger: string
  readonly level: LogLevel
  readonly remainingMs: number
  readonly recordsMax?: number
}

export interface PollAnswer {
  readonly overridesVersion: string
  readonly overrides: readonly HeldOverride[]
  readonly wantLoggers: boolean
}
