import type { GridPos } from '../dashboard.ts'

/**
 * The grid of a board: 24 columns, any number of rows, and things that float up until they touch something.
 * What is moved or made larger pushes what it covers down; one that it passes on its way down slips into the
 * room that it leaves. Nothing ever lies over something else. All of it is plain arithmetic over places, so
 * that a test can move things about a thousand times and look.
 *
 * @see react-grid-layout:lib/utils.js, whose behaviour people know from Grafana
 */
export const COLUMNS = 24

export interface Placed {
  readonly id: number
  readonly gridPos: GridPos
}

/** Where everything is once `moved` wants to be at `wanted`. */
export function withMoved<T extends Placed>(
  all: readonly T[],
  moved: number,
  wanted: GridPos,
): T[] {
  const old = all.find(({ id }) => id === moved)
  if (old === undefined) return [...all]
  const gridPos = inGrid(wanted)
  const places = new Map(all.map(({ id, gridPos: place }) => [id, place]))
  places.set(moved, gridPos)
  const others = inOrder(all.filter(({ id }) => id !== moved))
  // Those that it covers now and that were below: up, into the room that it leaves, if they fit.
  if (gridPos.y > old.gridPos.y) {
    for (const { id, gridPos: place } of others) {
      if (!overlaps(place, gridPos) || place.y < old.gridPos.y) continue
      const up = { ...place, y: Math.max(0, gridPos.y - place.h) }
      const isFree = others.every(
        (other) => other.id === id || !overlaps(places.get(other.id)!, up),
      )
      if (isFree && !overlaps(up, gridPos)) places.set(id, up)
    }
  }
  // The moved one first: it stays where it is wanted, the others make way downwards.
  const settled: GridPos[] = [gridPos]
  const order = [...others].sort((a, b) => byPlace(places.get(a.id)!, places.get(b.id)!))
  for (const { id } of order) {
    const place = fallen(places.get(id)!, settled)
    places.set(id, place)
    settled.push(place)
  }
  return compacted(all.map((one) => ({ ...one, gridPos: places.get(one.id)! })))
}

/** Everything as high as it can be, in the order in which it lies; the list keeps its order. */
export function compacted<T extends Placed>(all: readonly T[]): T[] {
  const places = new Map<number, GridPos>()
  const settled: GridPos[] = []
  for (const { id, gridPos } of inOrder(all)) {
    const place = risen(fallen(inGrid(gridPos), settled), settled)
    places.set(id, place)
    settled.push(place)
  }
  return all.map((one) => {
    const place = places.get(one.id)!
    return isSame(place, one.gridPos) ? one : { ...one, gridPos: place }
  })
}

/** The first row of the grid below everything. */
export function bottomOf(all: readonly Placed[]): number {
  return all.reduce((bottom, { gridPos }) => Math.max(bottom, gridPos.y + gridPos.h), 0)
}

export function overlaps(a: GridPos, b: GridPos): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}

function inGrid({ x, y, w, h }: GridPos): GridPos {
  const width = Math.min(COLUMNS, Math.max(1, Math.round(w)))
  return {
    x: Math.min(COLUMNS - width, Math.max(0, Math.round(x))),
    y: Math.max(0, Math.round(y)),
    w: width,
    h: Math.max(1, Math.round(h)),
  }
}

/** Down until it covers nothing. */
function fallen(place: GridPos, settled: readonly GridPos[]): GridPos {
  let { y } = place
  for (;;) {
    const here = { ...place, y }
    const under = settled.filter((other) => overlaps(here, other))
    if (under.length === 0) return here
    y = Math.max(...under.map((other) => other.y + other.h))
  }
}

/** Up until it touches something. */
function risen(place: GridPos, settled: readonly GridPos[]): GridPos {
  const above = settled.filter(
    (other) => other.x < place.x + place.w && place.x < other.x + other.w && other.y < place.y,
  )
  const y = Math.max(0, ...above.map((other) => other.y + other.h))
  return y < place.y ? { ...place, y } : place
}

function inOrder<T extends Placed>(all: readonly T[]): T[] {
  return [...all].sort((a, b) => byPlace(a.gridPos, b.gridPos))
}

function byPlace(a: GridPos, b: GridPos): number {
  return a.y - b.y || a.x - b.x
}

function isSame(a: GridPos, b: GridPos): boolean {
  return a.x === b.x && a.y === b.y && a.w === b.w && a.h === b.h
}
