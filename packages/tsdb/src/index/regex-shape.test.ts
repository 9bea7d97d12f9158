import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { shapeOf } from './regex-shape.ts'
import { valueTest } from './value-test.ts'

describe('the shape of a regular expression', () => {
  test.each<[string, readonly string[], boolean, string]>([
    ['', [''], true, ''],
    ['abc', ['abc'], true, ''],
    ['a|b|ab', ['a', 'b', 'ab'], true, ''],
    ['(?:a|b)c', ['ac', 'bc'], true, ''],
    ['x(a|b(c|d))?', ['xa', 'xbc', 'xbd', 'x'], true, ''],
    ['a\\.b\\|c', ['a.b|c'], true, ''],
    ['v[12]', ['v1', 'v2'], true, ''],
    ['[a-c]x', ['ax', 'bx', 'cx'], true, ''],
    ['(?P<who>a|b)', ['a', 'b'], true, ''],
    ['a||b', ['a', '', 'b'], true, ''],
    ['höhe', ['höhe'], true, ''],
    ['api-.*', ['api-'], false, '.*'],
    ['api-.+', ['api-'], false, '.+'],
    ['(a|b)-.*', ['a-', 'b-'], false, '.*'],
    ['api-.*x', ['api-'], false, ''],
    ['api-\\d+', ['api-'], false, ''],
    ['ab*', ['a'], false, ''],
    ['abc?d.', ['abcd', 'abd'], false, ''],
    ['(a.)*b', [''], false, ''],
    ['x(a.)?b', ['x'], false, ''],
    ['a.*|b', [''], false, ''],
    ['b|a.*', [''], false, ''],
    ['(?i)abc', [''], false, ''],
    ['a(?i)bc', [''], false, ''],
    ['a(?i:b)c', [''], false, ''],
    ['[^a]b', [''], false, ''],
    ['a{2}', [''], false, ''],
    ['a??', [''], false, ''],
    ['\\Qa.b\\E', [''], false, ''],
    ['a)', ['a'], false, ''],
    ['(a', [''], false, ''],
    ['^a$', [''], false, ''],
    ['[0-9][0-9][0-9]', ['00'], false, ''],
  ])('%s', (pattern, texts, isComplete, rest) => {
    const shape = shapeOf(pattern)
    if (pattern === '[0-9][0-9][0-9]') {
      expect(shape.texts).toHaveLength(100)
      expect(shape.isComplete).toBe(false)
    } else {
      expect(shape).toEqual({ texts, isComplete, rest })
    }
  })

  test.each(['a)', '(a', 'a**', '[a', 'a\\'])(
    'a broken one is refused all the same: %s',
    (value) => {
      const matcher = { name: 'x', operator: '=~', value } as const
      expect(() => valueTest(matcher)).toThrow(
        expect.objectContaining({ code: 'MATCHER_BAD_REGEX' }),
      )
    },
  )

  test('many alternatives, and deep groups, take no time', () => {
    const many = Array.from({ length: 50_000 }, (_, i) => `pod-${i}`)
    expect(shapeOf(many.join('|')).texts).toHaveLength(50_000)
    expect(shapeOf(`${'('.repeat(50_000)}a`).texts).toEqual([''])
  })

  const leaf = fc.constantFrom(
    'a',
    'b',
    'ab',
    'c',
    '.',
    '.*',
    '.+',
    '\\.',
    '[ab]',
    '[^a]',
    '[a-c]',
    'ä',
  )
  const pattern = fc.letrec<{ one: string; sequence: string }>((tie) => ({
    one: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc
        .tuple(
          fc.oneof(
            leaf,
            tie('sequence').map((inner) => `(${inner})`),
          ),
          fc.constantFrom('?', '*', '+', '{2}'),
        )
        .map(([inner, often]) =>
          inner.length > 1 && !/^[[(\\]/.test(inner) ? inner : inner + often,
        ),
      fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map((all) => `(${all.join('|')})`),
    ),
    sequence: fc.array(tie('one'), { maxLength: 4 }).map((parts) => parts.join('')),
  })).sequence
  const whole = fc.array(pattern, { minLength: 1, maxLength: 3 }).map((all) => all.join('|'))
  const value = fc
    .array(fc.constantFrom('a', 'b', 'c', '.', 'ä', 'd'), { maxLength: 6 })
    .map((all) => all.join(''))

  test('says nothing that JavaScript does not say', () => {
    fc.assert(
      fc.property(whole, fc.array(value, { minLength: 5, maxLength: 20 }), (source, values) => {
        const regex = new RegExp(`^(?:${source})$`, 'su')
        const {
          values: listed,
          beginnings,
          beginningDecides,
          test: passes,
        } = valueTest({
          name: 'x',
          operator: '=~',
          value: source,
        })
        for (const text of [...values, ...beginnings, ...(listed ?? [])]) {
          const want = regex.test(text)
          expect(passes(text), text).toBe(want)
          if (listed !== undefined) expect(listed.includes(text), text).toBe(want)
          const begins = beginnings.some((beginning) => text.startsWith(beginning))
          if (want) expect(begins, text).toBe(true)
          if (begins && beginningDecides) expect(want, text).toBe(true)
        }
      }),
      { numRuns: 3000 },
    )
  })
})
