import { type Field, LEVEL } from '../query/edit.ts'

/** What people ask for first, in this order; labels of streams here, fields of lines else. */
const FIRST = ['service_name', 'system', 'pipeline', 'stage', 'logger'] as const

/** Shown by their values at once. */
const OPEN: ReadonlySet<string> = new Set([LEVEL.name, 'service_name', 'pipeline', 'stage'])

/** Different in each line, so that counting their values says nothing. */
const UNIQUE =
  /^(time|timestamp|ts|_t|message|msg|@?message|log|(trace|span|request|event)_?id|id|offset|.*_offset)$/i

const TITLES: ReadonlyMap<string, string> = new Map([
  ['detected_level', 'level'],
  ['service_name', 'service'],
])

export interface FacetName {
  readonly field: Field
  readonly title: string
  readonly isOpen: boolean
}

/** Which names the panel of values offers, in which order. */
export function facetsOf(
  labelNames: readonly string[],
  fieldNames: readonly string[],
): FacetName[] {
  const labels = new Set(labelNames)
  const known = new Set([...labelNames, ...fieldNames])
  known.delete(LEVEL.name)
  const first = FIRST.filter((name) => known.has(name))
  const others = [
    ...labelNames.filter((name) => !isFirst(name)).toSorted(),
    ...fieldNames.filter((name) => !isFirst(name) && !labels.has(name)).toSorted(),
  ].filter((name) => name !== LEVEL.name && name !== 'level' && !UNIQUE.test(name))
  return [
    facet(LEVEL),
    ...[...first, ...others].map((name) =>
      facet({ name, place: labels.has(name) ? 'stream' : 'line' }),
    ),
  ]
}

function isFirst(name: string): boolean {
  return (FIRST as readonly string[]).includes(name)
}

function facet(field: Field): FacetName {
  return { field, title: TITLES.get(field.name) ?? field.name, isOpen: OPEN.has(field.name) }
}
