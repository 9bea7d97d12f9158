/**
 * A board as it is laid out: repeated rows and panels copied, one for each value, everything below
 * them moved down, and what would leave a gap moved up.
 */
import type { Dashboard, GridPos, Panel } from '../dashboard.ts'
import { type Scope, type ScopeVariable, scopeWith } from '../scope/scope.ts'

export interface PlacedPanel {
  /** Its own in the whole board, the same while the choices are: `12`, `12@eu`, `12@eu@web`. */
  readonly key: string
  /** With the place of this copy. */
  readonly panel: Panel
  /** In which the repeated variable has one value. */
  readonly scope: Scope
  /** Key of the row that it stands in; undefined above the first row. */
  readonly row: string | undefined
  /** In a row that is closed: neither shown nor asked for. It has a place all the same. */
  readonly isHidden: boolean
}

interface RepeatOptions {
  /** Whether a row is closed now; unset: as the file says. */
  readonly isCollapsed?: (key: string, row: Panel) => boolean
  /** Panels that take no place, such as those without data; by key. */
  readonly isLeftOut?: (key: string, panel: Panel) => boolean
}

const COLUMNS = 24
const PER_ROW = 4
const COPIES_MAX = 500
/** Panels in all. */
const PANELS_MAX = 5000

export function expandRepeats(
  dashboard: Dashboard,
  scope: Scope,
  options: RepeatOptions = {},
): readonly PlacedPanel[] {
  const layout = new Layout(options)
  for (const section of sectionsOf(dashboard.panels)) layout.add(section, scope)
  return layout.placed
}

/** Those of which data is needed, unless they are out of sight. */
export function visiblePanels(placed: readonly PlacedPanel[]): readonly PlacedPanel[] {
  return placed.filter(({ isHidden, panel }) => !isHidden && panel.type !== 'row')
}

interface Section {
  readonly row: Panel | undefined
  readonly panels: readonly Panel[]
}

/** A row and what belongs to it: inside of it when it was saved closed, else up to the next row. */
function sectionsOf(panels: readonly Panel[]): readonly Section[] {
  const sorted = panels.toSorted(byPlace)
  const sections: { row: Panel | undefined; panels: Panel[] }[] = [{ row: undefined, panels: [] }]
  for (const panel of sorted) {
    if (panel.type === 'row') sections.push({ row: panel, panels: [...(panel.panels ?? [])] })
    else sections.at(-1)!.panels.push(panel)
  }
  return sections.filter(({ row, panels }) => row !== undefined || panels.length > 0)
}

function byPlace(a: Panel, b: Panel): number {
  return a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x
}

class Layout {
  readonly placed: PlacedPanel[] = []
  readonly #options: RepeatOptions
  #bottom = 0

  constructor(options: RepeatOptions) {
    this.#options = options
  }

  add({ row, panels }: Section, scope: Scope): void {
    if (row === undefined) {
      this.#panels(panels, scope, '', undefined, false)
      return
    }
    for (const copy of copiesOf(row, scope)) this.#row(row, copy, panels)
  }

  #row(row: Panel, { scope, suffix }: Copy, panels: readonly Panel[]): void {
    const key = `${row.id}${suffix}`
    const isCollapsed = this.#options.isCollapsed?.(key, row) ?? row.collapsed === true
    const place = { x: 0, y: this.#bottom, w: COLUMNS, h: 1 }
    const panel = { ...row, collapsed: isCollapsed, gridPos: place }
    if (!this.#push({ key, panel, scope, row: undefined, isHidden: false })) return
    this.#bottom++
    this.#panels(panels, scope, suffix, key, isCollapsed)
  }

  #panels(
    panels: readonly Panel[],
    scope: Scope,
    suffix: string,
    row: string | undefined,
    isHidden: boolean,
  ): void {
    const depths = new Array<number>(COLUMNS).fill(this.#bottom)
    for (const panel of panels.toSorted(byPlace)) {
      for (const copy of copiesOf(panel, scope)) {
        const key = `${panel.id}${suffix}${copy.suffix}`
        if (this.#options.isLeftOut?.(key, panel) === true) continue
        const gridPos = drop(panel.gridPos, copy, panel, depths)
        const placed = { ...panel, gridPos }
        if (!this.#push({ key, panel: placed, scope: copy.scope, row, isHidden })) return
      }
    }
    if (!isHidden) this.#bottom = Math.max(...depths)
  }

  #push(panel: PlacedPanel): boolean {
    if (this.placed.length >= PANELS_MAX) return false
    this.placed.push(panel)
    return true
  }
}

/** Lets a copy fall upwards onto what is there: the highest place in its columns. */
function drop(place: GridPos, copy: Copy, panel: Panel, depths: number[]): GridPos {
  const { x, w } = copy.count > 1 || copy.suffix !== '' ? placeOf(place, copy, panel) : place
  let y = 0
  for (let column = x; column < x + w; column++) y = Math.max(y, depths[column]!)
  depths.fill(y + place.h, x, x + w)
  return { ...place, x, y, w }
}

/** Copies side by side share the whole width; those below each other keep theirs. */
function placeOf(place: GridPos, { index, count }: Copy, panel: Panel): { x: number; w: number } {
  if (panel.type === 'row' || panel.repeatDirection === 'v') return place
  const perRow = Math.min(count, panel.maxPerRow ?? PER_ROW)
  const w = Math.floor(COLUMNS / perRow)
  return { x: (index % perRow) * w, w }
}

interface Copy {
  readonly scope: Scope
  readonly suffix: string
  readonly index: number
  readonly count: number
}

function copiesOf(panel: Panel, scope: Scope): readonly Copy[] {
  const name = panel.repeat ?? ''
  const variable = name === '' ? undefined : scope.variables.get(name)
  if (variable === undefined || variable.values.length === 0) {
    return [{ scope, suffix: '', index: 0, count: 1 }]
  }
  const values = variable.values.slice(0, COPIES_MAX)
  return values.map((value, index) => ({
    scope: scopeWith(scope, { variables: [[name, oneOf(variable, index)]] }),
    suffix: `@${value}`,
    index,
    count: values.length,
  }))
}

/** Escaped as before: a query that matches several matches one as well. */
function oneOf(variable: ScopeVariable, index: number): ScopeVariable {
  const { allValue: _, ...rest } = variable
  const value = variable.values[index]!
  return { ...rest, values: [value], texts: [variable.texts[index] ?? value], isAll: false }
}
