import { type Alert, Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { boundedAlert } from './bounded.ts'

const alertWith = (annotations: Readonly<Record<string, string>>): Alert => ({
  labels: Labels.of({ alertname: 'A' }),
  annotations: Labels.of(annotations),
  startsAtMs: 0,
  endsAtMs: 1,
  generatorUrl: '',
})

test('a long annotation is cut, and says by how much; the others stay', () => {
  const { alert, cutCount } = boundedAlert(
    alertWith({ summary: 's', description: 'ä'.repeat(5_000_000) }),
    65_536,
  )
  const cut = alert.annotations.get('description')
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(65_536)
  expect(Buffer.byteLength(cut)).toBeGreaterThan(65_500)
  expect(cut).toMatch(/^ä+… \(cut: 10000000 bytes, at most 65536 are kept\)$/)
  expect(alert.annotations.get('summary')).toBe('s')
  expect(cutCount).toBe(1)
})

test.each(['x'.repeat(64), '€'.repeat(21), 'x'])(
  'what is short enough is left alone: %#',
  (text) => {
    const alert = alertWith({ text })
    expect(boundedAlert(alert, 64)).toEqual({ alert, cutCount: 0 })
    expect(boundedAlert(alert, 64).alert).toBe(alert)
  },
)
