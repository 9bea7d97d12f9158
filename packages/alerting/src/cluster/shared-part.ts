/** A part of the state that peers share: what was told, silences, marks. Every value wins over an older one by itself. */
export interface SharedPart {
  readonly name: string
  /** Names of all its values. */
  keys(): Iterable<string>
  /** Undefined when it is gone, or not (yet) for others. */
  get(key: string): unknown
  /**
   * Takes what a peer says where it is newer than what is known.
   *
   * @param skewMs by how much the peer's clock is ahead
   * @returns the names of those that were
   */
  merge(records: readonly SharedValue[], skewMs: number): Promise<readonly string[]>
}

export interface SharedValue {
  readonly key: string
  readonly value: unknown
}

/** A moment that is later than any that was seen for the same thing: clocks of two machines differ. */
export function nextVersion(nowMs: number, before: number | undefined): number {
  return Math.max(nowMs, (before ?? 0) + 1)
}
