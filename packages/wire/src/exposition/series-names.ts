/**
 * The series that a target has sent so far, by number: what a page's samples refer to. Each format
 * finds a series by its own bytes ({@link SeriesTable}, {@link ProtoSeriesTable}).
 *
 * Numbers are dense, from 0, and stay until {@link SeriesNames.retain}.
 */
export interface SeriesNames {
  readonly size: number
  /** The labels of series `n`: `__name__, name, label, value, …` as the target wrote them, empty values included. */
  pairs(n: number): string[]
  /**
   * Forgets the series for which `isKept` is 0 and numbers the others anew.
   *
   * @returns old number → new one, -1 for those forgotten
   */
  retain(isKept: Uint8Array): Int32Array
}
