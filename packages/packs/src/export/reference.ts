import type { MetricReference } from '../api.ts'
import type { Pack } from '../pack.ts'

/** A pack's metric reference as a page of the manual: a chapter for each group, in the order of the reference. */
export function exportReference(pack: Pack): string {
  const chapters = byGroup(pack.metrics)
  return [
    `# Metrics of ${pack.title}`,
    '',
    `${pack.metrics.length} metrics, as Weir stores them; a part in angle brackets is filled in by the data. A histogram's series end in \`_bucket\`, \`_sum\` and \`_count\`, a summary has \`_sum\` and \`_count\` beside its quantiles. How they arrive: [${pack.title}](../${pack.id}.md).`,
    '',
    ...[...chapters].flatMap(([group, metrics]) => [
      ...(chapters.size === 1 && group === '' ? [] : [`## ${group === '' ? 'Others' : group}`, '']),
      '| metric | kind | labels | meaning |',
      '| --- | --- | --- | --- |',
      ...metrics.map(row),
      '',
    ]),
  ].join('\n')
}

function byGroup(metrics: readonly MetricReference[]): Map<string, MetricReference[]> {
  const groups = new Map<string, MetricReference[]>()
  for (const metric of metrics) {
    const group = metric.group ?? ''
    const others = groups.get(group)
    if (others === undefined) groups.set(group, [metric])
    else others.push(metric)
  }
  return groups
}

function row({
  name,
  type,
  unit,
  labels,
  help,
  normal,
  versions,
  aliases = [],
}: MetricReference): string {
  const also = aliases.map((alias) => `\`${alias}\``).join(', ')
  const meaning = [
    help,
    normal === '' ? '' : `Normal: ${normal}`,
    versions === undefined ? '' : `Versions: ${versions}.`,
    also === '' ? '' : `Also ${also}.`,
  ]
  const cells = [
    `\`${name}\``,
    unit === '' ? type : `${type}, ${unit}`,
    labels.map((label) => `\`${label}\``).join(' '),
    meaning.filter((part) => part !== '').join(' '),
  ]
  return `| ${cells.map(cell).join(' | ')} |`
}

/** Without what would end a cell or begin an HTML element. */
function cell(text: string): string {
  return text
    .replaceAll('|', '\\|')
    .replaceAll('\n', ' ')
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll('<', '&lt;')))
    .join('')
}
