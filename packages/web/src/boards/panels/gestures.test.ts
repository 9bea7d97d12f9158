import { assert, double, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { panned, wheeled, zoomed } from './gestures.ts'

const HOUR = { fromMs: 1_000_000, toMs: 1_000_000 + 3_600_000 }
const turn = { deltaX: 0, deltaY: 0, deltaMode: 0, ctrlKey: false, metaKey: false, shiftKey: false }

describe('gestures along the axis of time', () => {
  test('moving keeps the width', () => {
    expect(panned(HOUR, 0.5)).toEqual({
      fromMs: HOUR.fromMs + 1_800_000,
      toMs: HOUR.toMs + 1_800_000,
    })
  })

  test('zooming leaves what is under the pointer where it is', () => {
    const shares = double({ min: 0, max: 1, noNaN: true })
    assert(
      property(shares, double({ min: 0.1, max: 10, noNaN: true }), (share, factor) => {
        const next = zoomed(HOUR, share, factor)
        const at = HOUR.fromMs + share * 3_600_000
        expect(next.toMs - next.fromMs).toBeCloseTo(3_600_000 * factor, 3)
        expect(next.fromMs + share * (next.toMs - next.fromMs)).toBeCloseTo(at, 3)
      }),
    )
  })

  test('zooming ends at a second', () => {
    const next = zoomed({ fromMs: 0, toMs: 2000 }, 0, 0.01)
    expect(next).toEqual({ fromMs: 0, toMs: 1000 })
  })

  test.each([
    ['down: the page scrolls', { deltaY: 100 }, undefined],
    ['sideways', { deltaX: 100 }, 0.1],
    ['more down than sideways: the page scrolls', { deltaX: 50, deltaY: 60 }, undefined],
    ['down with shift', { deltaY: 100, shiftKey: true }, 0.1],
    ['sideways by lines', { deltaX: 10, deltaMode: 1 }, 0.16],
  ])('wheel %s', (_, given, share) => {
    const next = wheeled(HOUR, { ...turn, ...given }, 0.5, 1000)
    expect(next).toEqual(share === undefined ? undefined : panned(HOUR, share))
  })

  test('wheel with ctrl: nearer upwards, farther downwards', () => {
    const width = (deltaY: number): number => {
      const { fromMs, toMs } = wheeled(HOUR, { ...turn, deltaY, ctrlKey: true }, 0.5, 1000)!
      return toMs - fromMs
    }
    expect(width(-100)).toBeLessThan(3_600_000)
    expect(width(100)).toBeGreaterThan(3_600_000)
  })
})
