/** Which colour a field has as a series, and each of its values. */
import { colorByName, namedColor, paletteColor } from '../color/named.ts'
import { continuousColor, isContinuous, shadeColor } from '../color/scale.ts'
import type { Field } from '../frame.ts'
import { reduceValues } from '../reduce/reducers.ts'
import { shareOf, thresholdStep } from './threshold.ts'

/** Whether values of a field are coloured by how high they are, not the field as a whole. */
export function isColoredByValue(field: Field): boolean {
  const { mode = '' } = field.config.color ?? {}
  return mode === 'thresholds' || isContinuous(mode)
}

/** The colour of a line, a bar or a slice. Where colours go by value, that of its last (or least, or greatest). */
export function seriesColorOf(field: Field, dark: boolean): string {
  const {
    mode = 'palette-classic',
    fixedColor = 'text',
    seriesBy = 'last',
  } = field.config.color ?? {}
  const index = field.seriesIndex ?? 0
  switch (mode) {
    case 'fixed':
      return namedColor(fixedColor, dark)
    case 'shades':
      return shadeColor(fixedColor, index, dark)
    case 'palette-classic-by-name':
      return colorByName(field.displayName ?? field.name, dark)
    default: {
      if (!isColoredByValue(field)) return paletteColor(index, dark)
      const by = seriesBy === 'last' ? 'lastNotNull' : seriesBy
      const value = reduceValues(field.values, by)
      return valueColorOf(field, typeof value === 'number' ? value : NaN, dark)
    }
  }
}

/** The colour of one value. */
export function valueColorOf(field: Field, value: number, dark: boolean): string {
  const { mode = 'palette-classic' } = field.config.color ?? {}
  if (mode === 'thresholds') {
    return namedColor(thresholdStep(value, field.config.thresholds, field.range).color, dark)
  }
  if (isContinuous(mode)) return continuousColor(mode, shareOf(value, field.range), dark)
  return seriesColorOf(field, dark)
}
