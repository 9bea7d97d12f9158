/** A chart's place for the crosshair of others; undefined: the pointer left the charts. */
type Listener = (atMs: number | undefined) => void

/**
 * The moment that the pointer is at, told to all other charts of a board once in a frame, however
 * often it moves: thirty charts follow at the price of a few transforms each.
 */
class Crosshair {
  readonly #listeners = new Set<Listener>()
  #wanted: { readonly from: Listener; readonly atMs: number | undefined } | undefined
  #frame: number | undefined

  /** What the chart that listens with `from` has under its pointer. */
  point(from: Listener, atMs: number | undefined): void {
    this.#wanted = { from, atMs }
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined
      const told = this.#wanted!
      for (const listener of this.#listeners) if (listener !== told.from) listener(told.atMs)
    })
  }

  listen(listener: Listener): void {
    this.#listeners.add(listener)
  }

  /** Whether nobody is left. */
  leave(listener: Listener): boolean {
    this.#listeners.delete(listener)
    if (this.#listeners.size > 0) return false
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame)
    this.#frame = undefined
    return true
  }
}

const ALL = new Map<string, Crosshair>()

/** Lets a chart take part in the crosshair of its board. */
export function joinCrosshair(
  key: string | undefined,
  listener: Listener,
): { readonly point: (atMs: number | undefined) => void; readonly leave: () => void } {
  if (key === undefined) return { point: () => undefined, leave: () => undefined }
  const one = ALL.get(key) ?? new Crosshair()
  ALL.set(key, one)
  one.listen(listener)
  return {
    point: (atMs) => one.point(listener, atMs),
    leave: () => {
      if (one.leave(listener) && ALL.get(key) === one) ALL.delete(key)
    },
  }
}
