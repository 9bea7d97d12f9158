import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { joinCrosshair } from './crosshair.ts'

let frames: (() => void)[] = []
beforeEach(() => {
  frames = []
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => frames.push(run))
  vi.stubGlobal('cancelAnimationFrame', () => {
    frames = []
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
})
const frame = (): void => {
  for (const run of frames.splice(0)) run()
}

test('others of the same board are told the last place, once in a frame', () => {
  const told: string[] = []
  const a = joinCrosshair('board', (at) => told.push(`a ${at}`))
  const b = joinCrosshair('board', (at) => told.push(`b ${at}`))
  const c = joinCrosshair('other', (at) => told.push(`c ${at}`))
  a.point(1)
  a.point(2)
  frame()
  expect(told).toEqual(['b 2'])
  a.point(undefined)
  frame()
  expect(told).toEqual(['b 2', 'b undefined'])
  for (const each of [a, b, c]) each.leave()
})

test('who has left hears nothing, and a chart without a crosshair neither', () => {
  const told: string[] = []
  const a = joinCrosshair('board', (at) => told.push(`a ${at}`))
  const b = joinCrosshair('board', (at) => told.push(`b ${at}`))
  const alone = joinCrosshair(undefined, (at) => told.push(`alone ${at}`))
  b.leave()
  alone.point(3)
  a.point(4)
  frame()
  expect(told).toEqual([])
  a.point(5)
  a.leave()
  frame()
  expect(told).toEqual([])
})
