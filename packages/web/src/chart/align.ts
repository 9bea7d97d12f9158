/**
 * From the API's matrix to the columns that uPlot draws: one shared x, one y per series.
 *
 * The step is known, so the x column is made and each sample goes to its slot by arithmetic: no
 * sorting and no union of keys. A slot without a sample stays null, and the line has a gap there.
 */
export interface Columns {
  /** Seconds since 1970. */
  readonly x: readonly number[]
  readonly ys: readonly (readonly (number | null)[])[]
}

/** A series of the range API: `[seconds, "value"]` pairs in order of time. */
export type Pairs = readonly (readonly [number, string])[]

/** `"+Inf"` and friends as the API writes them; what cannot be drawn is null. */
export function drawable(text: string): number | null {
  const value = Number(text)
  return Number.isFinite(value) ? value : null
}

/** Aligns series that were all asked for with the same start, end and step (seconds). */
export function alignMatrix(
  matrix: readonly Pairs[],
  startSeconds: number,
  endSeconds: number,
  stepSeconds: number,
): Columns {
  const length = Math.max(0, Math.floor((endSeconds - startSeconds) / stepSeconds + 1e-6) + 1)
  const x = new Array<number>(length)
  for (let i = 0; i < length; i++) x[i] = startSeconds + i * stepSeconds
  const ys = matrix.map((pairs) => {
    const column = new Array<number | null>(length).fill(null)
    for (const [seconds, text] of pairs) {
      const slot = Math.round((seconds - startSeconds) / stepSeconds)
      if (slot >= 0 && slot < length) column[slot] = drawable(text)
    }
    return column
  })
  return { x, ys }
}

/** The x column of equally spaced values, as Weir's own API sends them. */
export function spacedColumn(startMs: number, stepMs: number, length: number): number[] {
  return Array.from({ length }, (_, i) => (startMs + i * stepMs) / 1000)
}
