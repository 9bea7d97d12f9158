import type { MetricReference } from '../../api.ts'

const TYPES: Readonly<Record<string, MetricReference['type']>> = {
  c: 'counter',
  g: 'gauge',
  h: 'histogram',
  // Milliseconds on the wire of StatsD, seconds in the store.
  t: 'histogram',
  s: 'summary',
}

const LINE = /^([cghts]) ([^ {]+)(?:\{([^}]*)\})? (\S+) (.+?)(?: \|\| (.+))?$/

/**
 * Nearly a thousand metrics, a line each; as objects they would fill pages that nobody reads:
 *
 *     t gateway_response_time{code,method,reqType} s From a request's arrival to its answer. || p99 well below a second.
 *     │ name                 └ labels              │ └ what it means                         └ what is normal
 *     └ counter, gauge, histogram, timer, summary  └ unit; 1 for none
 */
export function table(
  common: Pick<MetricReference, 'group' | 'versions'>,
  text: string,
): MetricReference[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const found = LINE.exec(line)
      if (!found) throw new SyntaxError(`Cannot read metric: ${line}`)
      const [, type = '', name = '', labels, unit = '', help = '', normal = ''] = found
      return {
        name,
        ...(name.includes('<') ? { pattern: name.replaceAll(/<\w+>/g, '.+') } : {}),
        ...common,
        type: TYPES[type]!,
        unit: unit === '1' ? '' : unit,
        labels: labels === undefined ? [] : labels.split(','),
        help,
        normal,
      }
    })
}
