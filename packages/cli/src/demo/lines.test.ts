import { expect, test } from 'vitest'
import { demoLines } from './lines.ts'

interface Seen {
  readonly level: string
  readonly pipeline: string
  readonly stage: string
  readonly trace_id?: string
  readonly timestamp: string
}

/** All that is said in five minutes, of which inventory fails as told. */
function saidWhile(isFailing: boolean): readonly Seen[] {
  const seconds = Array.from({ length: 300 }, (_, t) => demoLines(t, 1_000 * t, isFailing))
  return seconds.flatMap((text) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Seen),
  )
}

test('errors are said while something fails, and a line or two a second in all', () => {
  const errorsOf = (lines: readonly Seen[], of: string): number =>
    lines.filter(({ level, pipeline }) => level === 'error' && pipeline === of).length
  const [failing, well] = [saidWhile(true), saidWhile(false)]
  expect([errorsOf(failing, 'inventory'), errorsOf(well, 'inventory')]).toEqual([150, 0])
  expect(errorsOf(failing, 'orders')).toBe(0)
  expect(failing.length / 300).toBeLessThan(3)
  expect(well.length).toBeLessThan(failing.length)
})

test('lines of one attempt share a trace, and no others', () => {
  const attemptsOf = new Map<string, Set<string>>()
  for (const { trace_id: trace, pipeline, timestamp } of saidWhile(true)) {
    if (trace === undefined) continue
    expect(trace).toMatch(/^[\da-f]{32}$/)
    const attempt = `${pipeline} ${Math.floor(Date.parse(timestamp) / 5_000)}`
    attemptsOf.set(trace, (attemptsOf.get(trace) ?? new Set()).add(attempt))
  }
  expect([...attemptsOf.values()].filter((attempts) => attempts.size > 1)).toEqual([])
})
