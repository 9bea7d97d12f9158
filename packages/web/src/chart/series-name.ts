/** Labels of one series as the API sends them. */
export type LabelRecord = Readonly<Record<string, string>>

const BARE = /^[a-zA-Z_][a-zA-Z0-9_]*$/
const BARE_METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/

/** A series as PromQL would write it: `up{job="x"}`; `{}` when it has no labels at all. */
export function seriesName(labels: LabelRecord): string {
  const name = labels['__name__'] ?? ''
  const bare = BARE_METRIC.test(name)
  const inside = name !== '' && !bare ? [JSON.stringify(name)] : []
  for (const label of Object.keys(labels).sort()) {
    if (label === '__name__') continue
    const shown = BARE.test(label) ? label : JSON.stringify(label)
    inside.push(`${shown}=${JSON.stringify(labels[label])}`)
  }
  if (bare) return inside.length === 0 ? name : `${name}{${inside.join(', ')}}`
  return `{${inside.join(', ')}}`
}

/**
 * Short names for a set of series: only what tells them apart. Labels that all of them share are
 * left out; a lone series keeps its full name.
 */
export function shortNames(all: readonly LabelRecord[]): string[] {
  const first = all[0]
  if (first === undefined || all.length === 1) return all.map(seriesName)
  const keys = new Set(all.flatMap((labels) => Object.keys(labels)))
  const shared = [...keys].filter((key) => all.every((labels) => labels[key] === first[key]))
  return all.map((labels) => {
    const rest = Object.entries(labels).filter(([key]) => !shared.includes(key))
    return seriesName(Object.fromEntries(rest))
  })
}
