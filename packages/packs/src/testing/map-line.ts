/**
 * A slow and obvious twin of a StatsD mapper: enough to try a pack's rules on recorded lines. It knows
 * plain, Influx and DogStatsD tags, globs before regular expressions, first match wins, honor_labels.
 */
import type { MappingConfig, MappingRule } from '../pack.ts'

export interface MappedLine {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  readonly type: string
}

const TYPES: Record<string, MappingRule['match_metric_type']> = {
  c: 'counter',
  g: 'gauge',
  ms: 'observer',
  h: 'observer',
}

/** What a line becomes; undefined when a rule drops it. */
export function mapLine(config: MappingConfig, line: string): MappedLine | undefined {
  const [head = '', value = '', type = '', , tagText = ''] = split(line)
  const [rawName = '', ...nameTags] = head.split(',')
  const tags = Object.fromEntries([
    ...nameTags.map((tag) => tag.split('=') as [string, string]),
    ...(tagText === '' ? [] : tagText.split(',')).map((tag) => cut(tag, ':')),
  ])
  const found = match(config, rawName, TYPES[type])
  if (!found) return { name: escape(rawName), labels: tags, value: Number(value), type }
  const { rule, captures } = found
  if (rule.action === 'drop') return undefined
  const fill = (template: string): string =>
    template.replaceAll(/\$\{?(\d+)\}?/g, (_, index: string) => captures[Number(index) - 1] ?? '')
  const own = Object.fromEntries(
    Object.entries(rule.labels ?? {}).map(([label, template]) => [label, fill(template)]),
  )
  const labels = rule.honor_labels ? { ...own, ...tags } : { ...tags, ...own }
  return { name: escape(fill(rule.name)), labels, value: Number(value), type }
}

function split(line: string): (string | undefined)[] {
  return /^([^:]*):([^|]*)\|([a-z]+)(\|#(.*))?$/.exec(line)?.slice(1) ?? []
}

function cut(text: string, at: string): [string, string] {
  const index = text.indexOf(at)
  return [text.slice(0, index), text.slice(index + at.length)]
}

function escape(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_]/g, '_')
}

function match(
  config: MappingConfig,
  name: string,
  type: MappingRule['match_metric_type'],
): { rule: MappingRule; captures: readonly string[] } | undefined {
  const fitting = config.mappings.filter(
    (rule) => rule.match_metric_type === undefined || rule.match_metric_type === type,
  )
  const globs = fitting.filter((rule) => rule.match_type !== 'regex')
  const regexes = fitting.filter((rule) => rule.match_type === 'regex')
  for (const rule of [...globs, ...regexes]) {
    const pattern =
      rule.match_type === 'regex'
        ? rule.match
        : `^${rule.match.replaceAll('.', '\\.').replaceAll('*', '([^.]*)')}$`
    const found = new RegExp(pattern).exec(name)
    if (found) return { rule, captures: found.slice(1) }
  }
  return undefined
}
