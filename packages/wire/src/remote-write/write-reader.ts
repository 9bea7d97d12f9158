import type { WriteBatch, WriteFault } from './write-batch.ts'

/**
 * Why labels cannot be had: not UTF-8; or more than {@link LABELS_MAX}, or longer than
 * {@link LABELS_BYTES_MAX} in all, which no store takes whatever its limits are.
 */
export type LabelFault = 'not_utf8' | 'too_long'
export const LABELS_MAX = 10_000
export const LABELS_BYTES_MAX = 4 * 2 ** 20

/**
 * Reads the requests of all senders that speak one version of remote write, and remembers their
 * series: what has been seen before costs no decoding. Forgetting is throwing it away.
 */
export interface WriteReader {
  /**
   * Reads a request into `batch`, whose columns name series by numbers of this reader. `KEY_SLACK`
   * bytes behind `length` must be readable.
   *
   * @returns what is wrong with the request; of such a one nothing is kept, its series neither
   */
  read(bytes: Uint8Array, length: number, batch: WriteBatch): WriteFault | undefined
  /** What the last batches told about metrics was not kept: it is told again when it comes again. */
  retell(): void
  /** `name, value, …` of a series as its sender wrote them. */
  pairs(series: number): string[] | LabelFault
  /** About how much text {@link pairs} makes; costs no decoding. */
  textBytes(series: number): number
  /** Series have the numbers from 0 up to this. */
  readonly seriesCount: number
  /** What they take. */
  readonly heldBytes: number
}
