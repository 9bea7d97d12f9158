/** A part that can be given another configuration while it runs. */
export interface Reloadable<Setup> {
  /** For the log: `targets`. */
  readonly name: string
  /** From now on this one holds. */
  take(setup: Setup): Promise<void> | void
  /** This one held before; {@link take} where there is nothing else to do. */
  back?(setup: Setup): Promise<void> | void
}

/**
 * Gives all parts a new configuration, one after another, or none. When one refuses, it and all before it go back,
 * the last one first, also when one of them cannot.
 *
 * @param stuck hears of a part that could not go back
 * @throws what the part threw that refused
 */
export async function takeAll<Setup>(
  parts: readonly Reloadable<Setup>[],
  { next, before }: { readonly next: Setup; readonly before: Setup },
  stuck: (name: string, error: unknown) => void,
): Promise<void> {
  const touched: Reloadable<Setup>[] = []
  try {
    for (const part of parts) {
      touched.push(part)
      await part.take(next)
    }
  } catch (refused) {
    for (const part of touched.toReversed()) {
      try {
        await (part.back === undefined ? part.take(before) : part.back(before))
      } catch (error) {
        stuck(part.name, error)
      }
    }
    throw refused
  }
}
