/** What a process and Weir say to each other about levels: docs/formats/logger-protocol.md. */
import { levelName, parseLevel } from '../logging/level.ts'
import type { LevelOverride, LoggerNode } from './logger-registry.ts'

const NAME_CHARS = 256
/** Below what Weir takes (1 MiB), with room for the rest of the request. */
const LOGGERS_CHARS = 900_000
const OVERRIDES_MAX = 1_000

/** Loggers as a request lists them; those that do not fit are left out, overrides reach them all the same. */
export function loggersMessage(nodes: readonly LoggerNode[]): Record<string, unknown> {
  const loggers: Record<string, unknown> = Object.create(null)
  let chars = 0
  for (const { name, configured, threshold } of nodes) {
    chars += name.length * 3 + 50
    if (chars > LOGGERS_CHARS) break
    if (name.length > NAME_CHARS) continue
    const effective = wireLevel(threshold)
    loggers[name] =
      configured === undefined ? { effective } : { level: wireLevel(configured), effective }
  }
  return loggers
}

function wireLevel(level: number): string {
  return levelName(level).toLowerCase()
}

export interface PollAnswer {
  readonly overridesVersion: string
  readonly overrides: readonly LevelOverride[]
  readonly wantLoggers: boolean
}

/** Reads an answer; undefined when it is none. An override that cannot be read is left out. */
export function readAnswer(text: string): PollAnswer | undefined {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isObject(answer)) return undefined
  const { overridesVersion, overrides, wantLoggers } = answer
  if (typeof overridesVersion !== 'string' || !Array.isArray(overrides)) return undefined
  return {
    overridesVersion: overridesVersion.slice(0, 64),
    overrides: overrides.slice(0, OVERRIDES_MAX).flatMap(readOverride),
    wantLoggers: wantLoggers === true,
  }
}

function readOverride(told: unknown): readonly LevelOverride[] {
  if (!isObject(told)) return []
  const { id, logger, level, remainingMs, recordsMax } = told
  const number = parseLevel(level)
  if (typeof id !== 'string' || typeof logger !== 'string' || number === undefined) return []
  if (typeof remainingMs !== 'number' || !(remainingMs > 0 && Number.isFinite(remainingMs)))
    return []
  const bound = typeof recordsMax === 'number' && recordsMax > 0 ? { recordsMax } : {}
  return [{ id, pattern: logger.slice(0, 1_000), level: number, remainingMs, ...bound }]
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
