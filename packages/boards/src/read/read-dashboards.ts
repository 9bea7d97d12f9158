/** Finds the boards in what was handed in, whatever is wrapped around them. */
import { WeirError } from '@weir/model'
import type { Dashboard } from '../dashboard.ts'
import { type Json, isRecord, record, records, text } from '../json.ts'
import { NoteBook } from '../note-book.ts'
import type { Note } from '../note.ts'
import { UNANSWERED, reviewDashboard } from '../review/review-dashboard.ts'
import { looksLikeDashboard, readDashboard } from './read-dashboard.ts'
import { classicOfV2, isV2 } from './schema-v2.ts'
import { tidyCopy } from './tidy-copy.ts'

export interface ReadDashboard {
  readonly dashboard: Dashboard
  /** What its owner should know. */
  readonly notes: readonly Note[]
}

export interface ReadDashboards {
  readonly dashboards: readonly ReadDashboard[]
  /** About the wrapping; those about a board are with it. */
  readonly notes: readonly Note[]
}

const BOARDS_MAX = 1000

/**
 * Reads boards from parsed JSON or YAML: Grafana's model of any age, `{dashboard, meta}` as its API
 * gives it, a list of either, a Kubernetes ConfigMap (or List) with boards under keys in `.json`, or a
 * resource of `dashboard.grafana.app`. What is handed in is not changed.
 *
 * @throws {WeirError} `DASHBOARD_INVALID` when there is no board in it; odd things inside one are notes
 */
export function readDashboards(value: unknown): ReadDashboards {
  const around = new NoteBook()
  const copy = tidyCopy(value, around)
  const boards = [...boardsIn(copy, around, 0)]
  if (boards.length === 0) {
    throw new WeirError('DASHBOARD_INVALID', `Cannot read a dashboard: ${whatItIs(copy)}`)
  }
  if (boards.length > BOARDS_MAX)
    around.broken('', `${boards.length} dashboards; only ${BOARDS_MAX} are read`)
  const dashboards = boards.slice(0, BOARDS_MAX).map((board) => {
    const notes = new NoteBook()
    const dashboard = readDashboard(board, notes)
    for (const note of reviewDashboard(dashboard).notes) {
      if (note.text !== UNANSWERED) notes.add(note) // reading has said which one, and why
    }
    return { dashboard, notes: notes.all() }
  })
  return { dashboards, notes: around.all() }
}

function* boardsIn(value: unknown, notes: NoteBook, depth: number): Generator<Json> {
  if (depth > 8) return
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) yield* boardsIn(item, notes, depth + 1)
    return
  }
  if (!isRecord(value)) return
  if (isRecord(value['dashboard'])) yield* boardsIn(value['dashboard'], notes, depth + 1)
  else if (value['kind'] === 'ConfigMap') yield* inConfigMap(value, notes, depth)
  else if (Array.isArray(value['items'])) {
    for (const item of records(value['items'])) yield* boardsIn(item, notes, depth + 1)
  } else if (text(value['apiVersion']).startsWith('dashboard.grafana.app/')) {
    yield* inResource(value)
  } else if (isV2(value)) yield classicOfV2(value)
  else if (looksLikeDashboard(value)) yield value
}

function* inConfigMap(map: Json, notes: NoteBook, depth: number): Generator<Json> {
  const name = text(record(map['metadata'])['name'])
  for (const [key, body] of Object.entries(record(map['data']))) {
    if (!key.endsWith('.json') || typeof body !== 'string') continue
    const found = parsed(body)
    if (found === undefined) notes.broken(`${name}/${key}`, 'This is no JSON; it is left out')
    else yield* boardsIn(tidyCopy(found, notes), notes, depth + 1)
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown
  } catch {
    return undefined
  }
}

/** The classic model under `spec`; its name is the uid. */
function* inResource(resource: Json): Generator<Json> {
  const spec = record(resource['spec'])
  const uid = text(spec['uid']) || text(record(resource['metadata'])['name'])
  const model = isV2(spec) ? classicOfV2(spec) : spec
  if (looksLikeDashboard(model)) yield { ...model, ...(uid !== '' && { uid }) }
}

function whatItIs(value: unknown): string {
  const wanted = 'want Grafana’s JSON, with "panels"'
  if (Array.isArray(value)) return `${wanted}, got a list without one`
  if (!isRecord(value)) return `${wanted}, got ${value === null ? 'nothing' : `a ${typeof value}`}`
  const keys = Object.keys(value).slice(0, 5)
  return keys.length === 0
    ? `${wanted}, got an empty object`
    : `${wanted}, got an object with ${keys.map((key) => JSON.stringify(key.slice(0, 40))).join(', ')}`
}
