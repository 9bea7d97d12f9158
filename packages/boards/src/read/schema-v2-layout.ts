/** Layouts of the second schema on the one grid: tabs become rows, automatic grids get places. */
import { type Json, number, record, records, text, whole } from '../json.ts'
import { queryOf, transformationsOf } from './schema-v2-query.ts'

const COLUMNS = 24
const AUTO_COLUMNS = 3
const AUTO_HEIGHTS: Readonly<Record<string, number>> = { short: 5, standard: 9, tall: 13 }
const DEPTH_MAX = 10

export function v2Panels(spec: Json): readonly Json[] {
  const laid = new Laid(record(spec['elements']))
  laid.layout(record(spec['layout']), 0)
  return laid.panels
}

class Laid {
  readonly panels: Json[] = []
  readonly #elements: Json
  #y = 0

  constructor(elements: Json) {
    this.#elements = elements
  }

  layout({ kind, spec }: Json, depth: number): void {
    if (depth > DEPTH_MAX) return
    const inside = record(spec)
    switch (text(kind)) {
      case 'RowsLayout':
        for (const row of records(inside['rows'])) this.#row(record(row['spec']), depth)
        return
      case 'TabsLayout':
        for (const tab of records(inside['tabs'])) this.#row(record(tab['spec']), depth)
        return
      case 'AutoGridLayout':
        this.#autoGrid(inside)
        return
      default:
        this.#grid(records(inside['items']), this.#y)
    }
  }

  /** A row with what lies in it. Rows inside of rows stand one after the other. */
  #row(row: Json, depth: number): void {
    const isCollapsed = row['collapse'] === true || row['collapsed'] === true
    const start = this.panels.length
    if (row['hideHeader'] !== true) {
      this.panels.push({
        type: 'row',
        title: text(row['title']),
        collapsed: isCollapsed,
        panels: [],
        gridPos: { x: 0, y: this.#y++, w: COLUMNS, h: 1 },
        ...repeatOf(row),
      })
    }
    this.layout(record(row['layout']), depth + 1)
    if (!isCollapsed || row['hideHeader'] === true) return
    const inner = this.panels.splice(start + 1)
    this.panels[start] = {
      ...this.panels[start],
      panels: inner.filter(({ type }) => type !== 'row'),
    }
  }

  #grid(items: readonly Json[], top: number): void {
    for (const { kind, spec } of items) {
      const item = record(spec)
      if (kind === 'GridLayoutRow') {
        this.#gridRow(item, top)
        continue
      }
      const gridPos = {
        x: whole(item['x'], 0, 0, COLUMNS - 1),
        y: top + whole(item['y'], 0, 0, 1_000_000),
        w: whole(item['width'], 12, 1, COLUMNS),
        h: whole(item['height'], 9, 1, 1000),
      }
      this.#panel(item, gridPos)
    }
  }

  #gridRow(row: Json, top: number): void {
    const y = top + whole(row['y'], 0, 0, 1_000_000)
    const start = this.panels.length
    const isCollapsed = row['collapsed'] === true
    this.panels.push({
      type: 'row',
      title: text(row['title']),
      collapsed: isCollapsed,
      panels: [],
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      ...repeatOf(row),
    })
    this.#grid(records(row['elements']), y + 1)
    if (isCollapsed) {
      const inner = this.panels.splice(start + 1)
      this.panels[start] = { ...this.panels[start], panels: inner }
    }
  }

  #autoGrid(spec: Json): void {
    const columns = whole(spec['maxColumnCount'], AUTO_COLUMNS, 1, COLUMNS)
    const w = Math.max(1, Math.floor(COLUMNS / columns))
    const h = AUTO_HEIGHTS[text(spec['rowHeightMode'])] ?? 9
    const items = records(spec['items'])
    const top = this.#y
    for (const [index, item] of items.entries()) {
      const y = top + Math.floor(index / columns) * h
      this.#panel(record(item['spec']), { x: (index % columns) * w, y, w, h })
    }
  }

  #panel(item: Json, gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>): void {
    const name = text(record(item['element'])['name'])
    const element = Object.hasOwn(this.#elements, name) ? record(this.#elements[name]) : {}
    this.panels.push({ ...panelOf(element), gridPos, ...repeatOf(item) })
    this.#y = Math.max(this.#y, gridPos.y + gridPos.h)
  }
}

function repeatOf({ repeat }: Json): Json {
  const { value, direction, maxPerRow } = record(repeat)
  if (text(value) === '') return {}
  return {
    repeat: text(value),
    ...((direction === 'h' || direction === 'v') && { repeatDirection: direction }),
    ...(number(maxPerRow) !== undefined && { maxPerRow }),
  }
}

function panelOf({ kind, spec }: Json): Json {
  const { data, vizConfig, ...rest } = record(spec)
  if (kind === 'LibraryPanel') return rest
  const group = record(record(data)['spec'])
  const viz = record(vizConfig)
  const shown = record(viz['spec'])
  return {
    ...rest,
    ...record(group['queryOptions']),
    type: text(viz['group']) || text(viz['kind']),
    options: record(shown['options']),
    fieldConfig: record(shown['fieldConfig']),
    targets: records(group['queries']).map(targetOf),
    transformations: transformationsOf(group),
  }
}

function targetOf({ spec }: Json): Json {
  const { query, refId, hidden, ...rest } = record(spec)
  return {
    ...queryOf(record(query), rest),
    refId: text(refId),
    ...(hidden === true && { hide: true }),
  }
}
