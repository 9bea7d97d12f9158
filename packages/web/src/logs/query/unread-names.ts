import type { DetectedField } from '../../api/loki.ts'
import type { LogQuery } from './log-query.ts'

export const PARSERS = ['json', 'logfmt'] as const
export type Parser = (typeof PARSERS)[number]

/** Names that lines have once a parser has read them, by parser. */
export type UnreadNames = Readonly<Record<Parser, readonly string[]>>

/**
 * Sorts names into those that can be asked for and those that want a parser first. Weir knows fields of JSON
 * without one; a Loki knows none.
 *
 * @param isLoki whether a Loki answers
 */
export function sortNames(
  found: readonly DetectedField[],
  query: LogQuery | undefined,
  isLoki: boolean,
): { readonly fields: readonly string[]; readonly unread: UnreadNames } {
  const fields: string[] = []
  const unread: Record<Parser, string[]> = { json: [], logfmt: [] }
  for (const { label, parsers } of found) {
    const known = PARSERS.filter((parser) => parsers?.includes(parser))
    const isRead =
      known.length === 0 ||
      known.some((parser) => (parser === 'json' && !isLoki) || reads(query, parser))
    if (isRead) fields.push(label)
    else unread[known[0]!].push(label)
  }
  return { fields, unread }
}

function reads(query: LogQuery | undefined, parser: Parser): boolean {
  const stage = new RegExp(`^\\|\\s*${parser}\\b`)
  return query?.stages.some((each) => each.kind === 'other' && stage.test(each.text)) ?? false
}

/** Which parser finds a name that nobody has read yet. */
export function parserOf(unread: UnreadNames, name: string): Parser | undefined {
  return PARSERS.find((parser) => unread[parser].includes(name))
}
