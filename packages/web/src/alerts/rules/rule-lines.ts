import type { Labels, RuleGroup } from '../../api/prometheus.ts'
import type { RuleRow, RuleSource } from '../../api/rules.ts'

/**
 * Which row belongs to which alerting rule that is evaluated: both lists have the rules of a group in
 * the same order, and one of them may be a little older. A rule goes by the object that its labels are,
 * which filters hand on.
 */
export function rowsOf(
  groups: readonly RuleGroup[],
  rows: readonly RuleRow[],
): ReadonlyMap<Labels, RuleRow> {
  const inForce = new Map<string, RuleRow[]>()
  for (const row of rows) {
    if (!isInForce(row)) continue
    const key = `${row.file}\n${row.group}`
    const known = inForce.get(key)
    if (known === undefined) inForce.set(key, [row])
    else known.push(row)
  }
  const found = new Map<Labels, RuleRow>()
  for (const group of groups) {
    const left = inForce.get(`${group.file}\n${group.name}`) ?? []
    for (const rule of group.rules) {
      if (rule.type === 'recording') continue
      const at = left.findIndex((row) => nameOf(row) === rule.name)
      if (at >= 0) found.set(rule.labels, left.splice(at, 1)[0]!)
    }
  }
  return found
}

export function isInForce({ off, replacedBy, problem }: RuleRow): boolean {
  return off === null && replacedBy === null && problem === ''
}

export function nameOf({ rule }: RuleRow): string {
  return rule.alert ?? rule.record ?? ''
}

/** What a rule has beside expression and `for`, in the words of its file. */
export function additionsText(rule: RuleSource): string[] {
  const levels = Object.entries(rule.levels ?? {}).map(([name, level]) => {
    if (typeof level === 'string') return `${name} ${level}`
    const { when, reset, for: wait } = level
    const further = [
      ...(reset === undefined ? [] : [`reset ${reset}`]),
      ...(wait === undefined ? [] : [`for ${wait}`]),
    ]
    return `${name} ${when}${further.length === 0 ? '' : ` (${further.join(', ')})`}`
  })
  return [
    ...levels,
    ...(rule.reset === undefined ? [] : [`reset ${rule.reset}`]),
    ...(rule.keep_firing_for === undefined ? [] : [`keep_firing_for ${rule.keep_firing_for}`]),
    ...(rule.no_data === undefined ? [] : [`no_data ${rule.no_data}`]),
    ...(rule.flapping === undefined ? [] : ['flapping']),
  ]
}

/** The first so many rules, whole groups as far as they go. */
export function firstRules(groups: readonly RuleGroup[], count: number): RuleGroup[] {
  let left = count
  return groups.flatMap((group) => {
    if (left <= 0) return []
    const rules = group.rules.slice(0, left)
    left -= rules.length
    return [{ ...group, rules }]
  })
}
