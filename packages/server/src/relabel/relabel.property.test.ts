import { array, assert, constantFrom, dictionary, oneof, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { compileRelabel } from './relabel.ts'
import { relabelRule } from './rule.ts'

type Pairs = readonly (readonly [name: string, value: string])[]

const get = (pairs: Pairs, name: string): string => pairs.find(([own]) => own === name)?.[1] ?? ''

const put = (pairs: Pairs, name: string, value: string): Pairs => {
  const others = pairs.filter(([own]) => own !== name)
  return value === '' ? others : [...others, [name, value]]
}

/** The rules of prometheus.yml as its documentation tells them, with JavaScript's own expressions. */
function plainly(
  rules: readonly ReturnType<typeof relabelRule.parse>[],
  given: Pairs,
): Pairs | null {
  let pairs = given
  for (const rule of rules) {
    const regex = new RegExp(`^(?:${rule.regex})$`, 's')
    const joined = rule.source_labels.map((name) => get(pairs, name)).join(rule.separator)
    const isMatch = regex.test(joined)
    const fill = (template: string, text: string): string => text.replace(regex, template)
    if (rule.action === 'keep' && !isMatch) return null
    if (rule.action === 'drop' && isMatch) return null
    if (rule.action === 'keepequal' && get(pairs, rule.target_label) !== joined) return null
    if (rule.action === 'dropequal' && get(pairs, rule.target_label) === joined) return null
    if (rule.action === 'replace' && isMatch) {
      pairs = put(pairs, rule.target_label, fill(rule.replacement, joined))
    }
    if (rule.action === 'lowercase') pairs = put(pairs, rule.target_label, joined.toLowerCase())
    if (rule.action === 'uppercase') pairs = put(pairs, rule.target_label, joined.toUpperCase())
    if (rule.action === 'labeldrop') pairs = pairs.filter(([name]) => !regex.test(name))
    if (rule.action === 'labelkeep') pairs = pairs.filter(([name]) => regex.test(name))
    if (rule.action === 'labelmap') {
      for (const [name, value] of pairs) {
        if (regex.test(name)) pairs = put(pairs, fill(rule.replacement, name), value)
      }
    }
  }
  return pairs
}

const name = constantFrom('a', 'b', 'c', '__x', 'ab')
const value = constantFrom('a', 'b', 'Ab', 'ab', 'a\nb', 'ö', '')
const regex = constantFrom('(.*)', '(.)(.*)', '(a|b)', 'a.?b', '([a-z]*)(.*)', '(__.*|a)', '')
const replacement = constantFrom('$1', 'x$1', '$1$1', 'k', '')
const sources = array(name, { maxLength: 2 })
const grouped = regex.filter((text) => text.includes('('))
const rules = array(
  oneof(
    record({ source_labels: sources, regex: grouped, replacement, target_label: name }),
    record({ action: constantFrom('keep', 'drop'), source_labels: sources, regex }),
    record({
      action: constantFrom('keepequal', 'dropequal', 'lowercase', 'uppercase'),
      source_labels: sources,
      target_label: name,
    }),
    record({ action: constantFrom('labeldrop', 'labelkeep'), regex }),
    record({
      action: constantFrom('labelmap'),
      regex: constantFrom('(a.*)', '(.)', '(__x|b)'),
      replacement: constantFrom('m_$1', '$1$1', 'c'),
    }),
  ),
  { maxLength: 5 },
)

test('rules do what a slow and obvious reading of them does', () => {
  const labels = dictionary(
    name,
    value.filter((text) => text !== ''),
    { maxKeys: 4 },
  )
  assert(
    property(rules, labels, (list, given) => {
      const parsed = list.map((rule) => relabelRule.parse(rule))
      const pairs = Object.entries(given).toSorted(([a], [b]) => (a < b ? -1 : 1))
      const map = new Map(pairs)
      const isKept = compileRelabel(parsed)(map)
      const want = plainly(parsed, pairs)
      expect(isKept).toBe(want !== null)
      if (want !== null) expect(Object.fromEntries(map)).toEqual(Object.fromEntries(want))
    }),
    { numRuns: 2000 },
  )
})
