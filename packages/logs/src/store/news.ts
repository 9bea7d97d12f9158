/** What the store tells its readers, in order: a frame before its lines are acknowledged. */
export type News =
  /** A frame was kept; the memory is shared. */
  | { readonly kind: 'frame'; readonly segment: number; readonly bytes: Uint8Array }
  /** All that was there when the reader came has been told. */
  | { readonly kind: 'ready' }
