import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readBulk } from './read-bulk.ts'

/** What the visitor hears, and the fault. */
function read(text: string | Uint8Array): { readonly items: string[]; readonly why: string } {
  const bytes = Buffer.concat([Buffer.from(text), Buffer.from('\n{"beyond":1}')])
  const items: string[] = []
  const why = readBulk(bytes, Buffer.byteLength(text), (action, from, to) => {
    items.push(`${action} ${bytes.subarray(from, to).toString()}`)
  })
  return { items, why }
}

test.each<[string, string[]]>([
  ['{"create":{}}\n{"a":1}\n', ['create {"a":1}']],
  [
    '{"index":{"_index":"x","_id":"1"}}\n{"a":1}\n{"index":{}}\n{"a":2}',
    ['index {"a":1}', 'index {"a":2}'],
  ],
  [
    '\n{ "create" : { "_index" : "x" } }\r\n{"a":1}\r\n\n\n{"create":{}}\n{}\n',
    ['create {"a":1}\r', 'create {}'],
  ],
  [
    '{"delete":{"_id":"1"}}\n{"update":{"_id":"2"}}\n{"doc":{}}\n',
    ['delete ', 'update {"doc":{}}'],
  ],
  ['{"create":{}}\n\n', ['create ']],
  ['{"create":{}}\nno object\n', ['create no object']],
  ['', []],
])('%j', (text, items) => expect(read(text)).toEqual({ items, why: '' }))

test.each([
  ['{"a":1}\n{"a":1}\n', 'line 1: want an action such as {"create":{}}'],
  ['{"create":{}}\n{}\n{"create":{}}', 'line 3: want a document behind the action'],
  ['{"create":{},"index":{}}\n{}\n', 'line 1: want an action such as {"create":{}}'],
  ['{"create":{}\n{}\n', 'line 1: want an action such as {"create":{}}'],
  ['{"create":{}} x\n{}\n', 'line 1: want an action such as {"create":{}}'],
  ['[]\n', 'line 1: want an action such as {"create":{}}'],
])('%j: %s', (text, why) => expect(read(text).why).toBe(why))

test('no bytes make it fail or read beyond them', () => {
  const parts = fc.array(
    fc.oneof(fc.constantFrom('{"create":{}}', '{"index":{}}', '\n', '{}', '"', '\\'), fc.string()),
  )
  fc.assert(
    fc.property(parts, (all) => {
      const { items } = read(all.join(''))
      expect(items.join('')).not.toContain('beyond')
    }),
  )
})
