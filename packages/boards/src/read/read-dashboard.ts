/** One board: Grafana's model in any age, made what `Dashboard` promises. */
import type { Annotation, Dashboard, DashboardLink, Panel } from '../dashboard.ts'
import { type Json, isRecord, record, records, text, whole } from '../json.ts'
import { panelsOfRows } from '../legacy/rows-layout.ts'
import type { NoteBook } from '../note-book.ts'
import type { Variable } from '../variable.ts'
import { DataSources } from './data-sources.ts'
import { childrenOf, placeLast, readPanel } from './read-panel.ts'
import type { ReadContext } from './read-target.ts'
import { withShared } from './shared-panels.ts'
import { readVariable } from './read-variable.ts'

/** The form that everything is brought up to. */
const SCHEMA_VERSION = 42
/** More than any board that people look at; the largest public one has 597. */
const PANELS_MAX = 5000
const VARIABLES_MAX = 200
const LINKS_MAX = 200

export function readDashboard(raw: Json, notes: NoteBook): Dashboard {
  const context: ReadContext = { sources: new DataSources(raw), notes }
  const title = text(raw['title']) || 'Untitled'
  const { rows: _, sharedCrosshair: __, ...rest } = raw
  const version = whole(raw['schemaVersion'], 0, 0, 1000)
  if (version > SCHEMA_VERSION) {
    notes.ignored(
      '',
      `Schema ${version} is newer than ${SCHEMA_VERSION}; what is new in it may be missing`,
    )
  }
  return {
    ...rest,
    uid: uidOf(raw, title),
    title,
    ...(raw['description'] !== undefined && { description: text(raw['description']) }),
    tags: tagsOf(raw['tags']),
    time: timeOf(raw['time']),
    refresh: typeof raw['refresh'] === 'string' ? raw['refresh'] : '',
    timezone: timezoneOf(raw['timezone']),
    schemaVersion: Math.max(SCHEMA_VERSION, version),
    graphTooltip: tooltipOf(raw),
    panels: readPanels(raw, context),
    templating: { ...record(raw['templating']), list: readVariables(raw, context) },
    annotations: { ...record(raw['annotations']), list: readAnnotations(raw, context) },
    links: records(raw['links']).slice(0, LINKS_MAX).map(readLink),
    ...(raw['timepicker'] !== undefined && { timepicker: timepickerOf(record(raw['timepicker'])) }),
  }
}

/** Its own, or one made of the title: the same each time. */
function uidOf(raw: Json, title: string): string {
  const given = text(raw['uid'])
  if (/^[\w-]{1,64}$/.test(given)) return given
  const source = given === '' ? title : given
  const slug = source
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replaceAll(/^-|-$/g, '')
  return slug === '' ? `board-${hash(source)}` : slug
}

/** FNV-1a, as text: for names only. */
function hash(source: string): string {
  let sum = 0x811c9dc5
  for (let i = 0; i < source.length; i++) sum = Math.imul(sum ^ source.charCodeAt(i), 0x01000193)
  return (sum >>> 0).toString(36)
}

function tagsOf(raw: unknown): readonly string[] {
  const tags = Array.isArray(raw) ? (raw as readonly unknown[]) : text(raw) === '' ? [] : [raw]
  return [...new Set(tags.map((tag) => text(tag)).filter((tag) => tag !== ''))].slice(0, 100)
}

function timeOf(raw: unknown): { readonly from: string; readonly to: string } {
  const time = record(raw)
  return { ...time, from: instantOf(time['from'], 'now-6h'), to: instantOf(time['to'], 'now') }
}

/** Milliseconds become ISO; the rest is text already. */
function instantOf(raw: unknown, otherwise: string): string {
  const isNumber = typeof raw === 'number' || (typeof raw === 'string' && /^\d{10,15}$/.test(raw))
  if (!isNumber) return text(raw) || otherwise
  const date = new Date(Number(raw))
  return Number.isNaN(date.getTime()) ? otherwise : date.toISOString()
}

function timezoneOf(raw: unknown): string {
  const zone = text(raw)
  if (zone === '' || zone === 'default') return 'browser'
  return zone.toLowerCase() === 'utc' ? 'utc' : zone
}

function tooltipOf(raw: Json): 0 | 1 | 2 {
  if (raw['graphTooltip'] === undefined && raw['sharedCrosshair'] === true) return 1
  return whole(raw['graphTooltip'], 0, 0, 2) as 0 | 1 | 2
}

function timepickerOf(raw: Json): NonNullable<Dashboard['timepicker']> {
  const { time_options, refresh_intervals, hidden, nowDelay, ...rest } = raw
  const texts = (value: unknown): readonly string[] =>
    Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
  return {
    ...rest,
    ...(Array.isArray(refresh_intervals) && { refresh_intervals: texts(refresh_intervals) }),
    ...(Array.isArray(time_options) && { time_options: texts(time_options) }),
    ...(typeof hidden === 'boolean' && { hidden }),
    ...(typeof nowDelay === 'string' && { nowDelay }),
  }
}

function readVariables(raw: Json, context: ReadContext): readonly Variable[] {
  const found = new Map<string, Variable>()
  for (const item of records(record(raw['templating'])['list'])) {
    if (found.size >= VARIABLES_MAX) {
      context.notes.broken('', `More than ${VARIABLES_MAX} variables; the rest is left out`)
      break
    }
    const variable = readVariable(item, context)
    if (variable === undefined) continue
    if (found.has(variable.name))
      context.notes.broken(`variable ${variable.name}`, 'There twice; the first is used')
    else found.set(variable.name, variable)
  }
  return [...found.values()]
}

function readAnnotations(raw: Json, { sources, notes }: ReadContext): readonly Annotation[] {
  return records(record(raw['annotations'])['list']).map((item) => {
    const name = text(item['name'])
    const expr = text(item['expr']) || text(record(item['target'])['expr'])
    const kind = sources.kindOf(item['datasource'])
    const isBuiltIn = item['builtIn'] === 1 || item['builtIn'] === true
    const isAnswered = kind === 'metrics' || kind === 'unset'
    if (!isBuiltIn && item['enable'] !== false && (expr === '' || !isAnswered))
      notes.ignored(`annotation "${name}"`, 'Only annotations by PromQL are shown')
    const { expr: _, ...rest } = item
    return {
      ...rest,
      name,
      enable: item['enable'] !== false,
      ...(expr !== '' && isAnswered && { expr }),
    }
  })
}

function readLink(raw: Json): DashboardLink {
  const type = raw['type'] === 'dashboards' ? 'dashboards' : 'link'
  return {
    ...raw,
    title: text(raw['title']),
    type,
    ...(raw['url'] !== undefined && { url: text(raw['url']) }),
    ...(raw['tags'] !== undefined && { tags: tagsOf(raw['tags']) }),
  }
}

function readPanels(raw: Json, context: ReadContext): readonly Panel[] {
  const hasRows = !Array.isArray(raw['panels']) && Array.isArray(raw['rows'])
  const own = hasRows ? panelsOfRows(raw) : records(raw['panels'])
  const flat = withShared(raw, own, context.notes)
  if (hasRows) context.notes.changed('', 'Rows of the old layout became panels on the grid')
  const ids = new Ids(flat)
  const panels: Panel[] = []
  let count = 0
  const read = (item: Json): Panel | undefined => {
    if (count >= PANELS_MAX) {
      context.notes.broken('', `More than ${PANELS_MAX} panels; the rest is left out`)
      return undefined
    }
    count++
    return readPanel(item, ids.of(item), context)
  }
  for (const item of flat) {
    const panel = read(item)
    if (panel === undefined) break
    const children = childrenOf(item)
      .map(read)
      .filter((child) => child !== undefined)
    if (panel.type !== 'row') {
      const { panels: _, ...plain } = panel
      panels.push(plain)
      continue
    }
    const isCollapsed = panel.collapsed === true
    panels.push({
      ...panel,
      collapsed: isCollapsed,
      panels: isCollapsed ? placeLast(children) : [],
    })
    // An open row's panels stand after it, not in it.
    if (!isCollapsed) panels.push(...children)
  }
  return placeLast(panels)
}

/** Numbers of panels: their own where they have one that is free. */
class Ids {
  readonly #taken = new Set<number>()
  readonly #own = new Map<Json, number>()
  #next = 1

  constructor(panels: readonly Json[]) {
    for (const panel of panels) {
      this.#claim(panel)
      for (const child of childrenOf(panel)) this.#claim(child)
    }
  }

  of(panel: Json): number {
    const own = this.#own.get(panel)
    if (own !== undefined) return own
    while (this.#taken.has(this.#next)) this.#next++
    this.#taken.add(this.#next)
    return this.#next
  }

  #claim(panel: Json): void {
    const id = panel['id']
    if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0 || this.#taken.has(id)) return
    this.#taken.add(id)
    this.#own.set(panel, id)
  }
}

/** Whether this is a board at all, and not some other JSON. */
export function looksLikeDashboard(value: unknown): value is Json {
  if (!isRecord(value)) return false
  if (Array.isArray(value['panels']) || Array.isArray(value['rows'])) return true
  const hints = ['schemaVersion', 'templating', 'annotations', 'timepicker', '__inputs', 'uid']
  return typeof value['title'] === 'string' && hints.some((key) => value[key] !== undefined)
}
