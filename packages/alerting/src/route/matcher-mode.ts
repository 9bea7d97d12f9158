import { WeirError, isLabelName } from '@weir/model'
import type { AlertingLog } from '../telemetry.ts'
import { readClassicMatcher, readClassicMatchers } from './matcher-classic.ts'
import { type RouteMatcher, sameMatchers, showMatcher } from './matcher.ts'
import type { ExpressionBudget } from './expression-budget.ts'
import { readUtf8Matchers } from './matcher-utf8.ts'

/**
 * In which grammar matchers are read: the newer one and, where it does not take them or means
 * something else by them, the older one (with a notice); or one of the two alone.
 *
 * @see alertmanager:matcher/compat/parse.go
 */
export type MatcherMode = 'fallback' | 'utf8' | 'classic'

/** How matchers are read, and who is told when the older grammar had to help out. */
export interface MatcherReading {
  readonly mode: MatcherMode
  /** Told once a text: what it is, and how to write it so that both grammars agree. */
  readonly notice?: (input: string, suggestion: string) => void
  /** Bounds the expressions of what people hand in. */
  readonly budget?: ExpressionBudget
}

export const FALLBACK: MatcherReading = { mode: 'fallback' }

/**
 * The mode that `--enable-feature` asks for, by Alertmanager's names.
 *
 * @throws {WeirError} `CONFIG_INVALID` when both are asked for
 */
export function matcherModeOf(features: readonly string[] = []): MatcherMode {
  const isUtf8 = features.includes('utf8-strict-mode')
  const isClassic = features.includes('classic-mode')
  if (isUtf8 && isClassic) {
    const why = 'Cannot read matchers by both utf8-strict-mode and classic-mode: want one of them'
    throw new WeirError('CONFIG_INVALID', why)
  }
  return isUtf8 ? 'utf8' : isClassic ? 'classic' : 'fallback'
}

/** Reads as the features say; what only the older grammar understands is told in the log. */
export function matcherReading(
  features: readonly string[] | undefined,
  log: Pick<AlertingLog, 'warn'>,
): MatcherReading {
  return {
    mode: matcherModeOf(features),
    notice: (input, suggestion) => {
      log.warn({ input, suggestion }, 'Matchers read in the older grammar; write them as suggested')
    },
  }
}

/** Whether a label may be called so. */
export function isLabelNameIn(mode: MatcherMode, name: string): boolean {
  return mode === 'classic' ? isLabelName(name) : name !== '' && !/\p{Surrogate}/u.test(name)
}

/**
 * Any number of matchers, as a config file holds them.
 *
 * @throws {Error} saying what is wrong
 */
export function parseMatchers(text: string, reading: MatcherReading = FALLBACK): RouteMatcher[] {
  return read(text, reading, { utf8: readUtf8Matchers, classic: readClassicMatchers })
}

/**
 * Exactly one matcher without braces, as filters of the API and of the command line are.
 *
 * @throws {Error} saying what is wrong
 */
export function parseMatcher(text: string, reading: MatcherReading = FALLBACK): RouteMatcher {
  if (reading.mode !== 'classic' && (text.startsWith('{') || text.endsWith('}'))) {
    throw new Error(`unexpected open or close brace: ${text}`)
  }
  const classic: Reader = (one, budget) => [readClassicMatcher(one, budget)]
  // What neither grammar takes is told as Alertmanager tells it to callers of its API.
  const [matcher] = read(text, reading, { utf8: readOneUtf8, classic, tells: 'classic' })
  return matcher!
}

function readOneUtf8(text: string, budget?: ExpressionBudget): RouteMatcher[] {
  const all = readUtf8Matchers(text, budget)
  if (all.length === 1) return all
  throw new Error(all.length === 0 ? 'no matchers' : `expected 1 matcher, found ${all.length}`)
}

type Reader = (text: string, budget?: ExpressionBudget) => RouteMatcher[]

interface Grammars {
  readonly utf8: Reader
  readonly classic: Reader
  /** Whose words are told when neither takes the text; the newer one says where it stopped. */
  readonly tells?: 'classic'
}

function read(
  text: string,
  { mode, notice, budget }: MatcherReading,
  { utf8, classic, tells }: Grammars,
): RouteMatcher[] {
  if (mode === 'utf8') return utf8(text, budget)
  if (mode === 'classic') return classic(text, budget)
  const newer = attempt(() => utf8(text, budget))
  const older = attempt(() => classic(text, budget))
  for (const one of [newer, older]) if (isTooLarge(one)) throw one
  if (older instanceof Error) {
    if (!(newer instanceof Error)) return newer
    throw tells === 'classic' ? older : newer
  }
  if (!(newer instanceof Error) && sameMatchers(newer, older)) return newer
  notice?.(text, older.map(showMatcher).join(','))
  return older
}

/** The other grammar may read something else there: nobody asked for that. */
function isTooLarge(read: unknown): read is WeirError {
  return read instanceof WeirError && read.code === 'MATCHER_LIMIT'
}

function attempt(reads: () => RouteMatcher[]): RouteMatcher[] | Error {
  try {
    return reads()
  } catch (cause) {
    return cause as Error
  }
}
