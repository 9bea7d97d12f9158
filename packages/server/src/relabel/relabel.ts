import { createHash } from 'node:crypto'
import { type Matcher, RE2JS } from 're2js'
import type { RelabelRule } from './rule.ts'

/** Labels while they are being made: name → value, no empty values; sorted by name to begin with. */
export type LabelMap = Map<string, string>

/** Rewrites the labels in place; false when a rule drops them. */
export type Relabel = (labels: LabelMap) => boolean

/** Compiles rules, applied in order; the first that drops ends it. All of Prometheus's actions. */
export function compileRelabel(rules: readonly RelabelRule[]): Relabel {
  const steps = rules.map(compileRule)
  return (labels) => steps.every((step) => step(labels))
}

function compileRule(rule: RelabelRule): Relabel {
  const regex = RE2JS.compile(`^(?s:${rule.regex})$`)
  const joined = (labels: LabelMap): string =>
    rule.source_labels.map((name) => labels.get(name) ?? '').join(rule.separator)
  switch (rule.action) {
    case 'replace':
      return (labels) => replace(labels, regex, joined(labels), rule)
    case 'keep':
      return (labels) => regex.matches(joined(labels))
    case 'drop':
      return (labels) => !regex.matches(joined(labels))
    case 'keepequal':
      return (labels) => (labels.get(rule.target_label) ?? '') === joined(labels)
    case 'dropequal':
      return (labels) => (labels.get(rule.target_label) ?? '') !== joined(labels)
    case 'hashmod':
      return (labels) => set(labels, rule.target_label, hashModulo(joined(labels), rule.modulus))
    case 'labelmap':
      return (labels) => {
        for (const [name, value] of Array.from(labels)) {
          const match = regex.matcher(name)
          if (match.matches()) set(labels, expand(rule.replacement, match, regex), value)
        }
        return true
      }
    case 'labeldrop':
      return (labels) => retain(labels, (name) => !regex.matches(name))
    case 'labelkeep':
      return (labels) => retain(labels, (name) => regex.matches(name))
    case 'lowercase':
      return (labels) => set(labels, rule.target_label, joined(labels).toLowerCase())
    case 'uppercase':
      return (labels) => set(labels, rule.target_label, joined(labels).toUpperCase())
    default:
      return rule.action satisfies never
  }
}

function replace(labels: LabelMap, regex: RE2JS, value: string, rule: RelabelRule): true {
  const match = regex.matcher(value)
  if (!match.matches()) return true
  const target = expand(rule.target_label, match, regex)
  if (target === '') return true
  return set(labels, target, expand(rule.replacement, match, regex))
}

/** Puts a changed label last, as Prometheus has it: of labels that `labelmap` gives one name, the last one wins. */
function set(labels: LabelMap, name: string, value: string): true {
  labels.delete(name)
  if (value !== '') labels.set(name, value)
  return true
}

function retain(labels: LabelMap, isKept: (name: string) => boolean): true {
  for (const name of Array.from(labels.keys())) if (!isKept(name)) labels.delete(name)
  return true
}

/** The last eight bytes of the MD5, big-endian, modulo. */
function hashModulo(value: string, modulus: number): string {
  const digest = createHash('md5').update(value).digest()
  return String(digest.readBigUInt64BE(8) % BigInt(modulus))
}

/** `$1`, `${1}`, `$name`, `${name}` and `$$`; a group that is not there is empty, a lone `$` stays. */
function expand(template: string, match: Matcher, regex: RE2JS): string {
  if (!template.includes('$')) return template
  return template.replace(
    /\$(?:\$|([A-Za-z0-9_]+)|\{([A-Za-z0-9_]+)\})/g,
    (whole, plain: string | undefined, braced: string | undefined) => {
      const group = plain ?? braced
      if (group === undefined) return whole === '$$' ? '$' : whole
      if (/^\d+$/.test(group)) {
        return Number(group) <= match.groupCount() ? (match.group(Number(group)) ?? '') : ''
      }
      return Object.hasOwn(regex.namedGroups(), group) ? (match.group(group) ?? '') : ''
    },
  )
}
