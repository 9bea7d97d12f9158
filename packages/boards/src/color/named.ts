/**
 * Colours by the names that dashboards use: six hues in five shades each, in Weir's own values. The
 * middle shade of a hue holds 3:1 against the page's paper in either scheme, so that lines and marks
 * are seen; text is made legible where it is written (`legibleOn`).
 */
import { type Rgb, colorText, contrast, mix, readColor } from './rgb.ts'

const HUES: Readonly<Record<string, { readonly light: string; readonly dark: string }>> = {
  green: { light: '#27834a', dark: '#6cc287' },
  red: { light: '#c9392f', dark: '#f0685e' },
  yellow: { light: '#b38a00', dark: '#e6cf4a' },
  orange: { light: '#b9580f', dark: '#f29a4a' },
  blue: { light: '#2f6fb5', dark: '#6ea8ef' },
  purple: { light: '#7d55b5', dark: '#b890e2' },
}
const WHITE: Rgb = { r: 255, g: 255, b: 255, a: 1 }
const BLACK: Rgb = { r: 0, g: 0, b: 0, a: 1 }
/** Toward white (or from it) by shade. */
const SHADES: Readonly<Record<string, readonly [toward: Rgb, share: number]>> = {
  'super-light-': [WHITE, 0.6],
  'light-': [WHITE, 0.3],
  '': [WHITE, 0],
  'semi-dark-': [BLACK, 0.15],
  'dark-': [BLACK, 0.3],
}
/** What CSS knows besides; boards use these few. */
const PLAIN: Readonly<Record<string, string>> = {
  white: '#ffffff',
  black: '#000000',
  gray: '#808080',
  grey: '#808080',
  transparent: 'rgba(0, 0, 0, 0)',
  panel: 'rgba(0, 0, 0, 0)',
}
const INK = { light: '#12262c', dark: '#e3edee' }
const PAPER = { light: '#ffffff', dark: '#132025' }

/** Ten hues that stay apart for most colour-blind readers; 3:1 and more against paper. */
const PALETTE = {
  light: [
    '#0f6577',
    '#c4601c',
    '#6a4fa3',
    '#3d7d2c',
    '#b3356b',
    '#2f6fb5',
    '#8a6d0b',
    '#8c4a3a',
    '#4b6670',
    '#0b7f63',
  ],
  dark: [
    '#6cc3d2',
    '#f0a05a',
    '#b7a0ea',
    '#93cf7c',
    '#f08bb4',
    '#82b4f0',
    '#dcc25a',
    '#d99a86',
    '#a9c0c8',
    '#5fcfac',
  ],
} as const

/** A colour by name or in CSS's notations; ink where it cannot be read. */
export function namedColor(name: string, dark: boolean): string {
  return colorText(rgbOf(name, dark))
}

/** As `namedColor`, in numbers. */
export function rgbOf(name: string, dark: boolean): Rgb {
  const scheme = dark ? 'dark' : 'light'
  const found = /^((?:super-light|light|semi-dark|dark)-)?([a-z]+)$/.exec(name)
  const shade = SHADES[found?.[1] ?? '']!
  const hue = found === null || !Object.hasOwn(HUES, found[2]!) ? undefined : HUES[found[2]!]
  if (hue !== undefined) return mix(readColor(hue[scheme])!, ...shade)
  const plain = Object.hasOwn(PLAIN, name) ? PLAIN[name]! : name
  return readColor(plain) ?? readColor(INK[scheme])!
}

/** The colour of the n-th series. Past ten they come again, lighter and darker in turns. */
export function paletteColor(index: number, dark: boolean): string {
  const colors = PALETTE[dark ? 'dark' : 'light']
  const color = colors[index % colors.length]!
  const round = Math.floor(index / colors.length) % 3
  if (round === 0) return color
  return colorText(mix(readColor(color)!, round === 1 ? WHITE : BLACK, round === 1 ? 0.28 : 0.25))
}

/** A colour that stays with a name, whatever stands beside it. */
export function colorByName(name: string, dark: boolean): string {
  let hash = 0
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) | 0
  return paletteColor(Math.abs(hash) % 30, dark)
}

/**
 * A colour moved toward ink until text in it can be read.
 *
 * @param background what it is written on; the page's paper when unset
 * @param ratio 4.5 for text, 3 for large figures
 */
export function legibleOn(
  color: string,
  { dark, background, ratio }: { dark: boolean; background?: string | undefined; ratio: number },
): string {
  const paper = readColor(PAPER[dark ? 'dark' : 'light'])!
  const under = background === undefined ? paper : over(rgbOf(background, dark), paper)
  const wanted = over(rgbOf(color, dark), under)
  const ink = contrast(WHITE, under) > contrast(BLACK, under) ? WHITE : BLACK
  for (let share = 0; share < 1; share += 0.08) {
    const tried = mix(wanted, ink, share)
    if (contrast(tried, under) >= ratio) return colorText(tried)
  }
  return colorText(ink)
}

/** White where it can be read on a background, else black or white, whichever reads better. */
export function inkOn(background: string, dark: boolean): string {
  const under = over(rgbOf(background, dark), readColor(PAPER[dark ? 'dark' : 'light'])!)
  const white = contrast(WHITE, under)
  const isWhite = white >= 4.5 || white >= contrast({ r: 16, g: 24, b: 28, a: 1 }, under)
  return isWhite ? '#ffffff' : '#10181c'
}

function over(top: Rgb, under: Rgb): Rgb {
  return { ...mix(under, top, top.a), a: 1 }
}
