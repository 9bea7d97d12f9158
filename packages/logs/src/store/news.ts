import type { PartName } from './part/part-name.ts'

/** What the store tells its readers, in order: a frame before its lines are acknowledged. */
export type News =
  /** A frame was kept; the memory is shared. */
  | { readonly kind: 'frame'; readonly segment: number; readonly bytes: Uint8Array }
  /**
   * Parts took the place of segments and of other parts. Who is told says `LetGo` with the number once it
   * reads none of the replaced ones any more; they are removed then.
   */
  | {
      readonly kind: 'parts'
      readonly number: number
      readonly added: readonly PartName[]
      readonly segments: readonly number[]
      readonly replaced: readonly PartName[]
    }
  /** All that was there when the reader came has been told. */
  | { readonly kind: 'ready' }

/** A reader's answer to news of parts. */
export interface LetGo {
  readonly letGo: number
}
