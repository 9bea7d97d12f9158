import type { RuleGroup } from '../../../api/prometheus.ts'

export interface AlertRow {
  readonly key: string
  readonly name: string
  readonly state: 'firing' | 'pending' | 'inactive'
  readonly labels: readonly (readonly [name: string, value: string])[]
  /** Milliseconds; undefined for a rule that does not fire. */
  readonly sinceMs: number | undefined
  readonly summary: string
}

const ROWS_MAX = 200
const RANK = { firing: 0, pending: 1, inactive: 2 } as const

type Json = Readonly<Record<string, unknown>>

/** What a list of alerts shows, by the options of its panel. */
export function alertRows(
  groups: readonly RuleGroup[],
  options: Json,
  text: (template: string) => string,
): readonly AlertRow[] {
  const states = statesOf(options)
  const named = text(words(options['alertName'])).toLowerCase()
  const wanted = matchersOf(text(words(options['alertInstanceLabelFilter'])))
  const folder = (options['folder'] as { readonly title?: unknown } | null)?.title
  const rows = groups
    .filter(
      ({ file, name }) =>
        typeof folder !== 'string' || folder === '' || file === folder || name === folder,
    )
    .flatMap(({ rules }) => rules)
    .flatMap((rule): AlertRow[] => {
      if (rule.type !== 'alerting' || !rule.name.toLowerCase().includes(named)) return []
      if (rule.alerts.length === 0) {
        const isWanted = states.has('inactive') && wanted.length === 0
        if (!isWanted) return []
        return [
          {
            key: rule.name,
            name: rule.name,
            state: 'inactive',
            labels: [],
            sinceMs: undefined,
            summary: '',
          },
        ]
      }
      return rule.alerts
        .filter(({ state, labels }) => states.has(state) && wanted.every((test) => test(labels)))
        .map(({ state, labels, annotations, activeAt }) => ({
          key: `${rule.name} ${JSON.stringify(labels)}`,
          name: rule.name,
          state,
          labels: Object.entries(labels).filter(([name]) => name !== 'alertname'),
          sinceMs: Date.parse(activeAt),
          summary: annotations['summary'] ?? annotations['description'] ?? '',
        }))
    })
  const max = Number(options['maxItems'])
  return rows
    .toSorted(order(options['sortOrder']))
    .slice(0, max > 0 ? Math.min(max, ROWS_MAX) : ROWS_MAX)
}

function words(option: unknown): string {
  return typeof option === 'string' ? option : ''
}

function statesOf(options: Json): ReadonlySet<AlertRow['state']> {
  const filter = (options['stateFilter'] ?? {}) as Json
  const states: AlertRow['state'][] = []
  if (filter['firing'] !== false || filter['error'] === true) states.push('firing')
  if (filter['pending'] !== false) states.push('pending')
  if (filter['normal'] === true || filter['inactive'] === true) states.push('inactive')
  return new Set(states)
}

/** Grafana's numbers: 1 and 2 by name, 3 by how grave, 4 and 5 by when it began. */
function order(given: unknown): (a: AlertRow, b: AlertRow) => number {
  const byName = (a: AlertRow, b: AlertRow): number =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : 0
  const byTime = (a: AlertRow, b: AlertRow): number => (a.sinceMs ?? 0) - (b.sinceMs ?? 0)
  switch (given) {
    case 1:
      return byName
    case 2:
      return (a, b) => byName(b, a)
    case 4:
      return byTime
    case 5:
      return (a, b) => byTime(b, a)
    default:
      return (a, b) => RANK[a.state] - RANK[b.state] || byTime(b, a)
  }
}

/** `{severity="page", team!="x"}`; of a regular expression only alternatives of words count: it runs in the page. */
function matchersOf(text: string): ((labels: Readonly<Record<string, string>>) => boolean)[] {
  return [...text.matchAll(/([a-zA-Z_]\w{0,100})\s*(=~|!~|!=|=)\s*"([^"]{0,500})"/g)].map(
    ([, name = '', operator, value = '']) => {
      const options = operator === '=~' || operator === '!~' ? value.split('|') : [value]
      const isWanted = operator === '=' || operator === '=~'
      return (labels) => matches(options, labels[name] ?? '') === isWanted
    },
  )
}

function matches(options: readonly string[], value: string): boolean {
  return options.some((option) =>
    option.endsWith('.*') ? value.startsWith(option.slice(0, -2)) : option === value,
  )
}
