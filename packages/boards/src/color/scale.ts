/** Colours by value: from one hue to another as a number climbs. */
import { namedColor, rgbOf } from './named.ts'
import { colorText, mix } from './rgb.ts'

const SCHEMES: Readonly<Record<string, readonly string[]>> = {
  'continuous-GrYlRd': ['green', 'yellow', 'red'],
  'continuous-RdYlGr': ['red', 'yellow', 'green'],
  'continuous-BlYlRd': ['blue', 'yellow', 'red'],
  'continuous-YlRd': ['super-light-yellow', 'red'],
  'continuous-BlPu': ['blue', 'purple'],
  'continuous-YlBl': ['super-light-yellow', 'blue'],
  'continuous-blues': ['panel', 'blue'],
  'continuous-reds': ['panel', 'red'],
  'continuous-greens': ['panel', 'green'],
  'continuous-purples': ['panel', 'purple'],
  // Made for eyes that do not tell red from green; drawn here from hues that differ in lightness too.
  'continuous-viridis': ['#46327e', '#277f8e', '#4ac16d', '#e6d91e'],
  'continuous-magma': ['#3b0f70', '#b63679', '#fb8861', '#fcd9a0'],
  'continuous-plasma': ['#41049d', '#b12a90', '#e16462', '#fca636'],
  'continuous-inferno': ['#420a68', '#932667', '#dd513a', '#fca50a'],
  'continuous-cividis': ['#123570', '#575d6d', '#a59c74', '#f3db4b'],
}
/** What stands for the panel itself at the low end of one-hued scales: still seen. */
const FAINT = 0.18

/** Whether a colour mode goes by value along a scale. */
export function isContinuous(mode: string): boolean {
  return Object.hasOwn(SCHEMES, mode)
}

/** A colour of a scale; `share` 0 is its low end, 1 its high. */
export function continuousColor(mode: string, share: number, dark: boolean): string {
  const stops = SCHEMES[mode] ?? ['blue', 'red']
  const colors = stops.map((stop, index) =>
    stop === 'panel'
      ? mix(rgbOf(dark ? '#132025' : '#ffffff', dark), rgbOf(stops[index + 1]!, dark), FAINT)
      : rgbOf(stop, dark),
  )
  const clamped = Number.isNaN(share) ? 0 : Math.min(1, Math.max(0, share))
  const at = clamped * (colors.length - 1)
  const low = Math.min(colors.length - 2, Math.floor(at))
  return colorText(mix(colors[low]!, colors[low + 1]!, at - low))
}

/** Shades of one colour for series in a row: lighter and darker around it. */
export function shadeColor(color: string, index: number, dark: boolean): string {
  const shift = ((index * 3) % 8) / 8 - 0.5
  if (index === 0) return namedColor(color, dark)
  const toward = rgbOf(shift < 0 ? 'black' : 'white', dark)
  return colorText(mix(rgbOf(color, dark), toward, Math.abs(shift)))
}
