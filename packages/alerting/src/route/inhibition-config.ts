import { z } from 'zod'
import { listOf, textMap, textValue } from '../config-values.ts'
import type { InhibitRule } from './inhibition.ts'
import { readMatchers } from './matcher-config.ts'
import { type MatcherReading, isLabelNameIn } from './matcher-mode.ts'

/** An element of `inhibit_rules`, as it stands in the file. */
export const inhibitRuleSchema = z.strictObject({
  name: textValue.default(''),
  source_matchers: listOf(textValue),
  source_match: textMap,
  source_match_re: textMap,
  target_matchers: listOf(textValue),
  target_match: textMap,
  target_match_re: textMap,
  equal: listOf(textValue),
})

type InhibitRuleShape = z.output<typeof inhibitRuleSchema>

/** The rules with their expressions compiled; what is wrong with them is told to `problem`. */
export function readInhibitRules(
  shapes: readonly InhibitRuleShape[],
  reading: MatcherReading,
  problem: (path: readonly PropertyKey[], what: string) => void,
): InhibitRule[] {
  return shapes.map((shape, i) => {
    const at = ['inhibit_rules', i]
    const side = (name: 'source' | 'target'): InhibitRule['source'] =>
      readMatchers(
        {
          matchers: shape[`${name}_matchers`],
          match: shape[`${name}_match`],
          match_re: shape[`${name}_match_re`],
        },
        { matchers: `${name}_matchers`, match: `${name}_match`, match_re: `${name}_match_re` },
        reading,
        (path, what) => problem([...at, ...path], what),
      )
    for (const [j, name] of shape.equal.entries()) {
      if (!isLabelNameIn(reading.mode, name)) {
        problem([...at, 'equal', j], `want a label name, got ${JSON.stringify(name)}`)
      }
    }
    return { name: shape.name, source: side('source'), target: side('target'), equal: shape.equal }
  })
}
