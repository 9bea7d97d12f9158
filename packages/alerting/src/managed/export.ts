import { stringify } from 'yaml'
import { OWN_RULE_KEYS } from '../rules/additions.ts'
import type { RuleGroupSource, RuleSource } from '../rules/source.ts'

/** Rule groups as a rule file that Weir takes. */
export function ruleFileText(groups: readonly RuleGroupSource[]): string {
  return stringify({ groups: groups.map(withoutFile) }, { lineWidth: 0 })
}

function withoutFile(group: RuleGroupSource): object {
  return { ...group, file: undefined }
}

/**
 * The same for Prometheus. A level becomes a rule of its own; what cannot be said there is left out, and
 * the file begins with which rules lost what.
 *
 * @param exprOf the expression of a rule that gives none itself
 */
export function prometheusFileText(
  groups: readonly RuleGroupSource[],
  exprOf: (rule: RuleSource) => string,
): string {
  const lost: string[] = []
  const plain = groups.map((group) => ({
    ...group,
    rules: group.rules.flatMap((rule) => {
      const keys = OWN_RULE_KEYS.filter((key) => key !== 'deadman' && rule[key] !== undefined)
      if (keys.length > 0) {
        lost.push(`# ${rule.alert ?? rule.record ?? ''}: Prometheus has no ${keys.join(', ')}`)
      }
      return plainRules(rule, exprOf(rule))
    }),
  }))
  return [...lost, ruleFileText(plain)].join('\n')
}

function plainRules(rule: RuleSource, expr: string): RuleSource[] {
  const kept = Object.entries(rule).filter(([key]) => !OWN_RULE_KEYS.some((own) => own === key))
  const plain: RuleSource = { ...Object.fromEntries(kept), expr }
  if (rule.levels === undefined) return [plain]
  return Object.entries(rule.levels).map(([severity, level]) => {
    const { when, for: own } = typeof level === 'string' ? { when: level } : level
    const isShort = /^\s*[<>=!]/.test(when)
    return {
      ...plain,
      expr: isShort ? `(${expr}) ${when}` : when,
      ...(own === undefined ? {} : { for: own }),
      labels: { ...rule.labels, severity },
    }
  })
}
