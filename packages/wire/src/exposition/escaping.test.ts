import { assert, constantFrom, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { isLegacyName } from '@weir/model'
import { escapedName } from './escaping.ts'

// The examples of Prometheus's own page on escaping, and what its library answers.
test.each([
  ['no:escaping_required', 'no:escaping_required', 'no:escaping_required', 'no:escaping_required'],
  [
    'mysystem.prod.west.cpu.load',
    'mysystem_prod_west_cpu_load',
    'mysystem_dot_prod_dot_west_dot_cpu_dot_load',
    'U__mysystem_2e_prod_2e_west_2e_cpu_2e_load',
  ],
  [
    'mysystem.prod.west.cpu.load_total',
    'mysystem_prod_west_cpu_load_total',
    'mysystem_dot_prod_dot_west_dot_cpu_dot_load__total',
    'U__mysystem_2e_prod_2e_west_2e_cpu_2e_load__total',
  ],
  ['http.status:sum', 'http_status:sum', 'http_dot_status:sum', 'U__http_2e_status:sum'],
  ['label with 😱', 'label_with__', 'label__with____', 'U__label_20_with_20__1f631_'],
  ['花火', '__', '____', 'U___82b1__706b_'],
  ['0a', '_a', '__a', 'U___30_a'],
  ['', '', '', ''],
])('%j', (name, underscores, dots, values) => {
  expect(escapedName(name, 'allow-utf-8')).toBe(name)
  expect(escapedName(name, 'underscores')).toBe(underscores)
  expect(escapedName(name, 'dots')).toBe(dots)
  expect(escapedName(name, 'values')).toBe(values)
})

test('whatever a name is, its spelling is of the old alphabet', () => {
  const schemes = constantFrom('underscores', 'dots', 'values')
  assert(
    property(string({ unit: 'grapheme', minLength: 1 }), schemes, (name, scheme) => {
      expect(isLegacyName(escapedName(name, scheme))).toBe(true)
    }),
  )
})
