import type { Labels } from '../api/prometheus.ts'

const DEFAULTS: Readonly<Record<string, unknown>> = {
  separator: ';',
  regex: '(.*)',
  replacement: '$1',
}

/** In the order in which a rule works. */
const KEYS = [
  'source_labels',
  'separator',
  'regex',
  'modulus',
  'target_label',
  'replacement',
] as const

/** A rule in one line: its action, and the keys that are not as they are anyway. */
export function ruleText(rule: Readonly<Record<string, unknown>>): string {
  const { action = 'replace' } = rule
  const keys = KEYS.map((key) => [key, rule[key]] as const)
    .filter(([key, value]) => value !== undefined && value !== DEFAULTS[key])
    .map(
      ([key, value]) =>
        `${key}: ${Array.isArray(value) ? `[${value.join(', ')}]` : JSON.stringify(value)}`,
    )
  return [String(action), ...keys].join('  ')
}

interface LabelChange {
  readonly kind: 'added' | 'changed' | 'removed'
  readonly name: string
  readonly value: string
}

/** What became of the labels, by name. */
export function changesOf(from: Labels, to: Labels): LabelChange[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].toSorted()
  return names.flatMap((name): LabelChange[] => {
    const [before, after] = [from[name], to[name]]
    if (before === after) return []
    if (after === undefined) return [{ kind: 'removed', name, value: before ?? '' }]
    return [{ kind: before === undefined ? 'added' : 'changed', name, value: after }]
  })
}
