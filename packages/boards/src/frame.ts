/**
 * Data on its way from a query's answer to a panel: frames of columns. Transformations turn frames
 * into frames; a panel draws what is left.
 */
import type { FieldOptions } from './dashboard.ts'

export type FieldType = 'time' | 'number' | 'string' | 'boolean' | 'frame' | 'other'

/** A column; `frame` holds a frame a row (sparklines), `other` anything else, like a line's labels. Times are milliseconds since 1970; a missing number is NaN in a Float64Array, null in a list. */
export interface Field {
  readonly name: string
  readonly type: FieldType
  readonly labels?: Readonly<Record<string, string>>
  readonly values: Float64Array | readonly unknown[]
  /** Defaults and overrides of the panel, merged. */
  readonly config: FieldOptions
  /** What a legend or a table's head calls it; found from config, legend format and labels. */
  readonly displayName?: string
  /** Which of the panel's series it is, counted over the fields of numbers: its colour in a palette. */
  readonly seriesIndex?: number
  /** From the lowest to the highest value that a scale shows: config's, else those of the data. */
  readonly range?: { readonly min: number; readonly max: number }
}

export interface Frame {
  readonly refId: string
  readonly name?: string
  readonly fields: readonly Field[]
  /** Rows: each field has as many values. */
  readonly length: number
}
