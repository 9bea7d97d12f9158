/**
 * One thing, many spellings. A destination's id is `destId`, `destID`, `destinationId`, `destinationID`,
 * `dest_id` or `destinationid`, depending on who wrote the line of code that sends it; its type, a
 * source's id and others fare no better. This is the relabel table: the first layer of records asks
 * for a metric under all spellings and answers with `destination_id`, `destination_type`, `source_id`.
 * The same table as `metric_relabel_configs` is in the pack's scrape config, for queries of one's own.
 */
import type { RelabelHint } from '../pack.ts'

export const SPELLINGS = {
  destination_id: [
    'destination_id',
    'destId',
    'destID',
    'destinationId',
    'destinationID',
    'dest_id',
    'destinationid',
  ],
  destination_type: ['destination_type', 'destType', 'destinationType', 'dest_type'],
  source_id: ['source_id', 'sourceId', 'sourceID', 'src_id'],
} as const

type Place = keyof typeof SPELLINGS

/**
 * Sets `label` to the first of `labels` that is there. Values are joined by `;` and cut at the next
 * one: a join and one regular expression, where a `label_replace` a spelling would be seven.
 */
export function first(expr: string, label: string, labels: readonly string[]): string {
  const list = labels.map((name) => JSON.stringify(name)).join(', ')
  return `label_replace(label_join(${expr}, "${label}", ";", ${list}), "${label}", "$1", "${label}", ";*([^;]*).*")`
}

/** Labels that stand in where an id is missing, last resort last. */
export type StandIns = Readonly<Partial<Record<Place, readonly string[]>>>

/** Sums `expr` by source, destination, type of destination (or some of these), and what else is asked for. */
export function bySpelling(
  expr: string,
  more: readonly string[] = [],
  standIns: StandIns = {},
  places: readonly Place[] = Object.keys(SPELLINGS) as Place[],
): string {
  const spelled = (place: Place): string[] => [...SPELLINGS[place], ...(standIns[place] ?? [])]
  const all = [...new Set([...places.flatMap(spelled), ...more])]
  const once = places.reduce(
    (inner, place) => first(inner, place, spelled(place)),
    `sum by (${all.join(', ')}) (${expr})`,
  )
  return `sum by (${[...places, ...more].join(', ')}) (${once})`
}

/** The table for Prometheus: each spelling is copied to the one name, and stays. */
export const RELABEL: readonly RelabelHint[] = Object.entries(SPELLINGS).flatMap(
  ([target, spellings]) =>
    spellings
      .filter((spelling) => spelling !== target)
      .map((spelling) => ({
        source_labels: [spelling],
        regex: '(.+)',
        target_label: target,
      })),
)
