import type { StageEdge } from '@weir/packs'

/**
 * Where stages stand on the map. Layers go from left to right along the way data takes; stages of
 * one layer stand below one another. What does not fit beside each other goes on in the next band,
 * as text does, so that forty stages are read by scrolling down, at a size that can be read.
 *
 *     ┌───┐  ┌───┐  ┌───┐
 *     │ a ├─▶│ b ├─▶│ d │ ─┐
 *     └───┘  ├───┤  └───┘  │
 *            │ c │         │
 *            └───┘         │
 *     ┌───┐  ┌───┐         │
 *     │ e │◀─┼───┼─────────┘
 */
export const NODE_WIDTH = 228
export const NODE_HEIGHT = 138
const GAP_X = 64
const GAP_Y = 22
const BAND_GAP = 34

export interface FlowLayout {
  /** By stage. */
  readonly places: ReadonlyMap<string, { readonly x: number; readonly y: number }>
  readonly width: number
  readonly height: number
  /** Layers beside each other; with one, data goes downwards. */
  readonly across: number
}

/**
 * @param stages in order
 * @param room pixels beside each other
 */
export function layOut(
  stages: readonly string[],
  edges: readonly StageEdge[],
  room: number,
): FlowLayout {
  const layers = layersOf(stages, edges)
  const across = Math.max(
    1,
    Math.min(layers.length, Math.floor((room + GAP_X) / (NODE_WIDTH + GAP_X))),
  )
  const places = new Map<string, { x: number; y: number }>()
  let top = 0
  for (let first = 0; first < layers.length; first += across) {
    const band = layers.slice(first, first + across)
    const tallest = Math.max(...band.map((layer) => heightOf(layer.length)))
    for (const [column, layer] of band.entries()) {
      const down = top + (tallest - heightOf(layer.length)) / 2
      for (const [row, stage] of layer.entries()) {
        const x = column * (NODE_WIDTH + GAP_X)
        places.set(stage, { x, y: down + row * (NODE_HEIGHT + GAP_Y) })
      }
    }
    top += tallest + BAND_GAP
  }
  return {
    places,
    width: across * (NODE_WIDTH + GAP_X) - GAP_X,
    height: Math.max(0, top - BAND_GAP),
    across,
  }
}

/**
 * Each stage one layer after the last of those before it; edges against the order are no way forward.
 * Stages that no data passes (checkpoints of a job), told after those that it does, stand behind the last.
 */
function layersOf(stages: readonly string[], edges: readonly StageEdge[]): string[][] {
  const place = new Map(stages.map((stage, i) => [stage, i]))
  const before = new Map<string, string[]>()
  for (const { from, to } of edges) {
    if (place.get(from)! < place.get(to)!) before.set(to, [...(before.get(to) ?? []), from])
  }
  const passed = new Set(edges.flatMap(({ from, to }) => [from, to]))
  const firstPassed = stages.findIndex((stage) => passed.has(stage))
  const isAside = (stage: string, i: number): boolean => i > firstPassed && !passed.has(stage)
  const aside = firstPassed < 0 ? [] : stages.filter(isAside)
  const layerOf = new Map<string, number>()
  const layers: string[][] = []
  for (const stage of stages) {
    if (aside.includes(stage)) continue
    const layer = Math.max(-1, ...(before.get(stage) ?? []).map((from) => layerOf.get(from)!)) + 1
    layerOf.set(stage, layer)
    const members = layers[layer]
    if (members === undefined) layers[layer] = [stage]
    else members.push(stage)
  }
  const ordered = layers.map((layer, i) =>
    i === 0 ? layer : besideTheirSources(layer, layers[i - 1]!, before),
  )
  return aside.length === 0 ? ordered : [...ordered, aside]
}

/** Stages of a layer in the order of the middle of what they come from, so that few edges cross. */
function besideTheirSources(
  layer: readonly string[],
  previous: readonly string[],
  before: ReadonlyMap<string, readonly string[]>,
): string[] {
  const middle = (stage: string): number => {
    const rows = (before.get(stage) ?? [])
      .map((from) => previous.indexOf(from))
      .filter((row) => row >= 0)
    return rows.length === 0
      ? previous.length
      : rows.reduce((sum, row) => sum + row, 0) / rows.length
  }
  return layer.toSorted((a, b) => middle(a) - middle(b))
}

function heightOf(count: number): number {
  return count * (NODE_HEIGHT + GAP_Y) - GAP_Y
}
