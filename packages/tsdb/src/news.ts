import type { MetricMetadata } from '@weir/model'

import type { ArenaNews } from './head/arena.ts'

/** What the writer tells its readers, in order. */
export type News =
  | ArenaNews
  | {
      readonly kind: 'dictionary'
      readonly table: string
      readonly index: number
      readonly shared: SharedArrayBuffer
    }
  /** Another dictionary counts from now on, with all these segments. */
  | {
      readonly kind: 'renewed'
      readonly header: SharedArrayBuffer
      readonly tables: readonly (readonly [
        table: string,
        index: number,
        shared: SharedArrayBuffer,
      ])[]
    }
  | { readonly kind: 'dropped'; readonly series: Uint32Array }
  | { readonly kind: 'metadata'; readonly name: string; readonly metadata: MetricMetadata }
