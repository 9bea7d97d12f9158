import { ParseError } from '../parse/parse-error.ts'
import { labelName } from './label-name.ts'
import { compileRegex } from './regex.ts'
import type { StageRun } from './stage-run.ts'
import type { Wanted } from './wanted.ts'

/** `regexp "(?P<status>\\d+)"`: a label for each named group of the first match. */
export function compileRegexp(pattern: string, start: number, wanted: Wanted): StageRun {
  const regex = compileRegex(pattern, start)
  const groups = Object.entries(regex.namedGroups()).map(([name, group]) => ({
    name: labelName(name),
    group,
  }))
  if (groups.length === 0) {
    throw new ParseError(
      'want at least one named group such as (?P<status>…) in the expression',
      start,
    )
  }
  return (state) => {
    if (wanted.isNothing) return true
    const matcher = regex.matcher(state.line)
    if (!matcher.find()) return true
    for (const { name, group } of groups) {
      const key = state.extractedName(name)
      if (wanted.has(key) && !state.isParsed(key))
        state.set('parsed', key, matcher.group(group) ?? '')
    }
    return true
  }
}
