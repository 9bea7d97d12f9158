import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { typedTree, typedValue } from './typed-values.ts'

const ANSWERS = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../fixtures/alerting/yaml-values.json'), 'utf8'),
) as [text: string, value: unknown][]

test.each(ANSWERS)('%j is sent as Alertmanager sends it', (text, value) => {
  expect(typedValue(text)).toEqual(value)
})

test.each(['.inf', '-.Inf', '.nan', '1e999'])(
  '%s stays a text: JSON has no such number',
  (text) => {
    expect(typedValue(text)).toBe(text)
  },
)

test('aliases cannot be piled up', () => {
  const bomb = Array.from({ length: 12 }, (_, i) =>
    i === 0
      ? 'a0: &a0 [x]'
      : `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
  ).join('\n')
  expect(typedValue(bomb)).toBe(bomb)
})

test('keys are templates too; what is long is not read', () => {
  const tree = { 'k{{x}}': ['1', { deep: 'yes' }], long: `- ${'x'.repeat(200_000)}` }
  expect(typedTree(tree, (text) => text.replace('{{x}}', 'ey'))).toEqual({
    key: [1, { deep: true }],
    long: tree.long,
  })
})
