/**
 * Levels as Python numbers them, since the record carries Python's words; TRACE is below them all, OFF
 * above. A record's level is one of the first six, a threshold any of them.
 */
export const LEVEL = {
  TRACE: 5,
  DEBUG: 10,
  INFO: 20,
  WARNING: 30,
  ERROR: 40,
  CRITICAL: 50,
  OFF: 100,
} as const

export type ThresholdName = keyof typeof LEVEL
export type LevelName = Exclude<ThresholdName, 'OFF'>
/** A level as people write it, in either case, and the words of neighbours: `warn`, `fatal`, `silly`. */
export type LevelWord = ThresholdName | Lowercase<ThresholdName> | 'warn' | 'fatal' | (string & {})

const NAMES = new Map<number, ThresholdName>(
  (Object.keys(LEVEL) as ThresholdName[]).map((name) => [LEVEL[name], name]),
)

const OTHER_WORDS: Readonly<Record<string, ThresholdName>> = {
  WARN: 'WARNING',
  NOTICE: 'INFO',
  HTTP: 'INFO',
  VERBOSE: 'DEBUG',
  SILLY: 'TRACE',
  ALL: 'TRACE',
  ERR: 'ERROR',
  FATAL: 'CRITICAL',
  CRIT: 'CRITICAL',
  ALERT: 'CRITICAL',
  EMERG: 'CRITICAL',
  PANIC: 'CRITICAL',
  SILENT: 'OFF',
  NONE: 'OFF',
}

/** The number for a word; undefined when no level is called so. */
export function parseLevel(word: unknown): number | undefined {
  if (typeof word !== 'string') return undefined
  const name = word.trim().toUpperCase()
  return Object.hasOwn(LEVEL, name)
    ? LEVEL[name as ThresholdName]
    : LEVEL[OTHER_WORDS[name] ?? ('' as 'OFF')]
}

/** The word for a number; one between two levels takes the milder one, as Python's handlers would. */
export function levelName(level: number): ThresholdName {
  return NAMES.get(level) ?? nearestName(level)
}

function nearestName(level: number): ThresholdName {
  let found: ThresholdName = 'TRACE'
  for (const [number, name] of NAMES) if (number <= level) found = name
  return found
}
