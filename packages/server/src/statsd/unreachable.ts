import type { ReadMapping } from './mapping-file.ts'
import { isGlob } from './rule-kind.ts'

/** A rule as far as it matters for who comes before whom. */
interface Place {
  readonly source: number
  readonly where: string
  readonly match: string
  readonly isGlob: boolean
  readonly type: string
  /** Of its source: the most exact glob wins, wherever it stands. */
  readonly isUnordered: boolean
}

/** Patterns that find themselves in every name. */
const CATCH_ALL = new Set([
  '',
  '.',
  '.*',
  '.+',
  '^',
  '^.',
  '^.*',
  '^.+',
  '^.*$',
  '^.+$',
  '(.*)',
  '^(.*)$',
  '(.+)',
  '^(.+)$',
])

/**
 * Rules that can never match because an earlier one takes every name they are for; a sentence each. Only one rule
 * is looked at as the taker: that several together leave nothing is not found.
 *
 * Rules of packs are not complained about: that a user's rules come before them is what users' rules are for.
 */
export function unreachableRules(files: readonly ReadMapping[]): string[] {
  const rules = inOrder(files)
  return rules.flatMap((rule, i) => {
    if (rule.where.startsWith('pack:')) return []
    const taker = rules.slice(0, i).find((other) => takesAll(other, rule))
    if (taker === undefined) return []
    return [
      `${rule.where}: ${JSON.stringify(rule.match)} can never match: ${JSON.stringify(taker.match)} (${taker.where}) comes first`,
    ]
  })
}

/** In the order in which they are tried: source by source, globs before regexes. */
function inOrder(files: readonly ReadMapping[]): Place[] {
  return files.flatMap(({ file, content, lines }, source) => {
    const defaults = content.defaults ?? {}
    const places = (content.mappings ?? []).map((rule, i): Place => ({
      source,
      where: lines === undefined ? file : `${file}:${lines[i]}`,
      match: rule.match,
      isGlob: isGlob(rule, defaults),
      type: rule.match_metric_type === 'timer' ? 'observer' : (rule.match_metric_type ?? ''),
      isUnordered: defaults.glob_disable_ordering === true,
    }))
    return [...places.filter((rule) => rule.isGlob), ...places.filter((rule) => !rule.isGlob)]
  })
}

function takesAll(earlier: Place, later: Place): boolean {
  if (earlier.type !== '' && earlier.type !== later.type) return false
  if (earlier.match === later.match && earlier.isGlob === later.isGlob) return true
  if (!earlier.isGlob) return CATCH_ALL.has(earlier.match)
  if (!later.isGlob) return false
  if (earlier.isUnordered && earlier.source === later.source) return false
  const [wide, narrow] = [earlier.match.split('.'), later.match.split('.')]
  return (
    wide.length === narrow.length && wide.every((part, i) => part === '*' || part === narrow[i])
  )
}
