import { describe, expect, test } from 'vitest'
import { colorByName, inkOn, legibleOn, namedColor, paletteColor, rgbOf } from './named.ts'
import { colorText, contrast, readColor } from './rgb.ts'
import { continuousColor, shadeColor } from './scale.ts'

const PAPER = { light: readColor('#ffffff')!, dark: readColor('#132025')! }
const SCHEMES = ['light', 'dark'] as const

test.each([
  ['#fff', '#ffffff'],
  ['#12345680', 'rgba(18, 52, 86, 0.502)'],
  ['rgb(1, 2, 3)', '#010203'],
  ['rgba(1,2,3,0.5)', 'rgba(1, 2, 3, 0.5)'],
  ['rgb(100% 0% 0%)', '#ff0000'],
] as const)('%s is %s', (text, want) => expect(colorText(readColor(text)!)).toBe(want))

test.each(['', '#12', 'rgb(1)', 'url(x)', '#12345', 'rgb(a, b, c)'])('%s is no colour', (text) => {
  expect(readColor(text)).toBeUndefined()
})

describe.each(SCHEMES)('on %s paper', (scheme) => {
  const dark = scheme === 'dark'

  test.each(['green', 'red', 'yellow', 'orange', 'blue', 'purple'])('%s is seen', (hue) => {
    expect(contrast(rgbOf(hue, dark), PAPER[scheme])).toBeGreaterThanOrEqual(3)
  })

  test('series are seen, thirty of them apart', () => {
    const colors = Array.from({ length: 30 }, (_, index) => paletteColor(index, dark))
    expect(new Set(colors).size).toBe(30)
    for (const color of colors.slice(0, 10)) {
      expect(contrast(readColor(color)!, PAPER[scheme])).toBeGreaterThanOrEqual(3)
    }
  })

  test.each(['super-light-yellow', 'dark-blue', '#777777', 'rgba(255, 0, 0, 0.2)', 'transparent'])(
    'text in %s can be read',
    (color) => {
      const text = readColor(legibleOn(color, { dark, ratio: 4.5 }))!
      expect(contrast(text, PAPER[scheme])).toBeGreaterThanOrEqual(4.5)
    },
  )

  test.each(['green', 'yellow', 'red', 'dark-purple', '#888'])(
    'text on %s can be read',
    (color) => {
      expect(contrast(readColor(inkOn(color, dark))!, rgbOf(color, dark))).toBeGreaterThanOrEqual(
        4.4,
      )
    },
  )
})

test('shades of a hue get darker in order', () => {
  const shades = ['super-light-green', 'light-green', 'green', 'semi-dark-green', 'dark-green']
  const ratios = shades.map((shade) => contrast(rgbOf(shade, false), PAPER.light))
  expect(ratios.toSorted((a, b) => a - b)).toEqual(ratios)
})

test('a name has its colour for good, and what cannot be read is ink', () => {
  expect(colorByName('x', true)).toBe(colorByName('x', true))
  expect(namedColor('constructor', false)).toBe('#12262c')
  expect(namedColor('javascript:x', true)).toBe('#e3edee')
})

test('scales go from end to end, and no further', () => {
  expect(continuousColor('continuous-GrYlRd', 0, true)).toBe(namedColor('green', true))
  expect(continuousColor('continuous-GrYlRd', 0.5, true)).toBe(namedColor('yellow', true))
  expect(continuousColor('continuous-GrYlRd', 7, true)).toBe(namedColor('red', true))
  expect(continuousColor('continuous-blues', NaN, true)).not.toBe(namedColor('blue', true))
  expect(shadeColor('blue', 0, false)).toBe(namedColor('blue', false))
  expect(shadeColor('blue', 1, false)).not.toBe(shadeColor('blue', 2, false))
})
