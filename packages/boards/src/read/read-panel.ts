import type {
  DataLink,
  FieldConfig,
  FieldOverride,
  GridPos,
  Panel,
  Transformation,
} from '../dashboard.ts'
import { inventoryPanel } from '../influx/inventory-panel.ts'
import { type Json, isRecord, list, record, records, text, whole } from '../json.ts'
import { modernFieldConfig } from '../legacy/field-config.ts'
import { modernPanel } from '../legacy/modern-panel.ts'
import { NoteBook } from '../note-book.ts'
import { showsData } from '../panel-types.ts'
import { type ReadContext, asksInflux, readTarget } from './read-target.ts'

/** Grafana's grid. */
const COLUMNS = 24
const DEFAULT_WIDTH = 12
const DEFAULT_HEIGHT = 9
/** Lower than anybody scrolls. */
const ROWS_MAX = 1_000_000
const PANEL_HEIGHT_MAX = 1000
const TARGETS_MAX = 200

/**
 * A panel in today's form, with everything that a page may rely on. Its children (of a row) are
 * read by the caller.
 *
 * @param id a number that no other panel of the board has
 */
export function readPanel(raw: Json, id: number, context: ReadContext): Panel {
  const where = panelName(id, raw['title'])
  const modern = modernPanel(raw, where, context.notes)
  const isInflux = records(modern['targets']).some((target) =>
    asksInflux(target, context.sources.kindOf(target['datasource'] ?? modern['datasource'])),
  )
  const found = isInflux ? inventoryPanel(modern) : modern
  const targets = records(found['targets'])
  if (targets.length > TARGETS_MAX)
    context.notes.broken(where, `${targets.length} queries; only ${TARGETS_MAX} are asked`)
  // What a text or a row carries as queries is nobody's loss.
  const asking = showsData(text(found['type'])) ? context : { ...context, notes: new NoteBook() }
  const direction = found['repeatDirection']
  const { gridPos: _, ...rest } = found
  return {
    ...rest,
    id,
    type: text(found['type']) || 'timeseries',
    title: text(found['title']),
    gridPos: gridPosOf(found['gridPos'], found['type'] === 'row'),
    targets: targets
      .slice(0, TARGETS_MAX)
      .map((target, index) => readTarget(target, index, found['datasource'], where, asking)),
    options: record(found['options']),
    fieldConfig: readFieldConfig(found['fieldConfig']),
    transformations: records(found['transformations']).map(readTransformation),
    links: records(found['links']).map(readDataLink),
    ...tidied(found),
    ...((direction === 'h' || direction === 'v') && { repeatDirection: direction }),
  }
}

/** Optional keys, where they are there, with the type that they are said to have. */
function tidied(raw: Json): Partial<Panel> {
  const texts = ['description', 'repeat', 'interval', 'timeFrom', 'timeShift'] as const
  const found: Record<string, unknown> = {}
  for (const key of texts) {
    if (raw[key] !== undefined) found[key] = text(raw[key])
  }
  if (raw['maxPerRow'] !== undefined) found['maxPerRow'] = whole(raw['maxPerRow'], 4, 1, COLUMNS)
  if (raw['maxDataPoints'] !== undefined) {
    const points = whole(raw['maxDataPoints'], 0, 0, 1_000_000)
    found['maxDataPoints'] = points
  }
  return found
}

export function panelName(id: number, title: unknown): string {
  const shown = text(title).slice(0, 80)
  return shown === '' ? `panel ${id}` : `panel ${id} "${shown}"`
}

function gridPosOf(raw: unknown, isRow: boolean): GridPos {
  const place = record(raw)
  const w = isRow ? COLUMNS : whole(place['w'], DEFAULT_WIDTH, 1, COLUMNS)
  const h = isRow ? 1 : whole(place['h'], DEFAULT_HEIGHT, 1, PANEL_HEIGHT_MAX)
  return {
    ...place,
    x: Math.min(COLUMNS - w, whole(place['x'], 0, 0, COLUMNS - 1)),
    // Somebody who gave none is put below all others: see `placeLast`.
    y: whole(place['y'], isRecord(raw) ? 0 : ROWS_MAX, 0, ROWS_MAX),
    w,
    h,
  }
}

/** Puts panels that have no place below those that have one. */
export function placeLast(panels: readonly Panel[]): readonly Panel[] {
  let bottom = 0
  for (const { gridPos } of panels) {
    if (gridPos.y < ROWS_MAX) bottom = Math.max(bottom, gridPos.y + gridPos.h)
  }
  let x = 0
  return panels.map((panel) => {
    const { w, h, y } = panel.gridPos
    if (y < ROWS_MAX) return panel
    if (x + w > COLUMNS) {
      x = 0
      bottom += h
    }
    const place = { ...panel.gridPos, x, y: bottom }
    x += w
    if (x >= COLUMNS || panel.type === 'row') {
      x = 0
      bottom += h
    }
    return { ...panel, gridPos: place }
  })
}

function readFieldConfig(raw: unknown): FieldConfig {
  const config = modernFieldConfig(record(raw))
  return {
    ...config,
    defaults: record(config['defaults']),
    overrides: records(config['overrides']).map(readOverride),
  }
}

function readOverride(raw: Json): FieldOverride {
  const matcher = record(raw['matcher'])
  return {
    ...raw,
    matcher: { ...matcher, id: text(matcher['id']) },
    properties: records(raw['properties']).map((property) => ({
      ...property,
      id: text(property['id']),
    })),
  }
}

function readTransformation(raw: Json): Transformation {
  return { ...raw, id: text(raw['id']), options: record(raw['options']) }
}

function readDataLink(raw: Json): DataLink {
  return { ...raw, title: text(raw['title']), url: text(raw['url']) }
}

/** Panels inside a row. */
export function childrenOf(raw: Json): readonly Json[] {
  return list(raw['panels']).filter(isRecord)
}
