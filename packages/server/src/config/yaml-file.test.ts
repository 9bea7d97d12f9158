import { expect, test } from 'vitest'
import { z } from 'zod'
import { readYaml } from './yaml-file.ts'

const schema = z.strictObject({
  text: z.coerce.string().optional(),
  texts: z.record(z.string(), z.coerce.string()).default({}),
  flag: z.boolean().default(false),
  count: z.int().default(0),
  list: z.array(z.string()).default([]),
  all: z.unknown().optional(),
  either: z.union([z.string(), z.number()]).optional(),
})

const read = (text: string): unknown =>
  readYaml({ file: 'f', text, code: 'CONFIG_INVALID' }, schema)

test.each([
  ['text: 007', { text: '007' }],
  ['text: 1.10', { text: '1.10' }],
  [
    'texts: {a: 01, b: 1e3, c: true, d: yes}',
    { texts: { a: '01', b: '1e3', c: 'true', d: 'yes' } },
  ],
  ['flag: yes', { flag: true }],
  ['flag: Off', { flag: false }],
  ['text: yes', { text: 'yes' }],
  ['count: 010', { count: 10 }],
  ['count: 1e3', { count: 1000 }],
  ['count: 0x10', { count: 16 }],
  ['either: 1.50', { either: 1.5 }],
  ['all: {a: [1.50, 007]}', { all: { a: [1.5, 7] } }],
  ['list:\n# - a', { list: [] }],
  ['texts:\n  a:\n  b: c', { texts: { b: 'c' } }],
  ['texts: {<<: {a: b}, c: d}', { texts: { a: 'b', c: 'd' } }],
  ['x: &x {a: 1.0}\n', undefined],
  ['flag: maybe', undefined],
  ['count: yes', undefined],
  ['list: [null]', undefined],
])('%j', (text, want) => {
  if (want === undefined) expect(() => read(text)).toThrow('f:1')
  else expect(read(text)).toEqual({ texts: {}, flag: false, count: 0, list: [], ...want })
})
