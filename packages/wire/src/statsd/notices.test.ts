import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Notice, type NoticeReject, parseNotice } from './notices.ts'

function parse(line: string | Uint8Array): Notice | NoticeReject {
  const bytes = typeof line === 'string' ? Buffer.from(line) : line
  return parseNotice(bytes, 0, bytes.length)
}

const EVENT = {
  kind: 'event',
  title: 'T',
  text: 'x',
  priority: 'normal',
  alertType: 'info',
  source: '',
  aggregationKey: '',
  timeSeconds: undefined,
  host: '',
  tags: [],
  container: '',
} as const

describe('events', () => {
  test.each([
    ['_e{1,1}:T|x', {}],
    ['_e{1,0}:T|', { text: '' }],
    ['_e{1,1}:T|x\r', {}],
    ['_e{5,5}:A|B:C|D|E:F', { title: 'A|B:C', text: 'D|E:F' }],
    ['_e{3,4}:a\\n|b\\nc', { title: 'a\n', text: 'b\nc' }],
    ['_e{2,3}:é|€', { title: 'é', text: '€' }], // bytes, as the protocol says
    ['_e{1,1}:é|€', { title: 'é', text: '€' }], // UTF-16 units, as hot-shots counts
    ['_e{2,2}:😀|é!|t:error', { title: '😀', text: 'é!', alertType: 'error' }], // units again
    [
      '_e{1,1}:T|x|d:1700000000|h:web-1|k:deploys|p:low|s:ci|t:success|#env:prod,canary|c:abc',
      {
        timeSeconds: 1_700_000_000,
        host: 'web-1',
        aggregationKey: 'deploys',
        priority: 'low',
        source: 'ci',
        alertType: 'success',
        tags: ['env:prod', 'canary'],
        container: 'abc',
      },
    ],
    ['_e{1,1}:T|x|d:soon|p:high|t:catastrophe|z:?|e:x|card:low||#', {}], // passed over
    ['_e{1,1}:T|x|t:error|t:warning|#a|#b', { alertType: 'warning', tags: ['b'] }],
  ])('%s', (line, want) => expect(parse(line)).toEqual({ ...EVENT, ...want }))

  test.each([
    ['_e{0,1}:|x'],
    ['_e{1}:T|x'],
    ['_e{1,1}T|x'],
    ['_e{1,9}:T|x'],
    ['_e{9,1}:T|x'],
    ['_e{1,1}:Tx|'],
    ['_e{-1,1}:T|x'],
    ['_e{1,1}:T'],
    ['_e{99999999999,1}:T|x'],
    ['_e{'],
  ])('%s is refused', (line) => expect(parse(line)).toBe('malformed_event'))
})

describe('service checks', () => {
  const CHECK = {
    kind: 'check',
    name: 'n',
    status: 0,
    message: '',
    timeSeconds: undefined,
    host: '',
    tags: [],
    container: '',
  } as const

  test.each([
    ['_sc|n|0', {}],
    ['_sc|a.b c|2', { name: 'a.b c', status: 2 }],
    [
      '_sc|n|3|d:1700000000|h:web-1|#a:b,c|m:all \\n gone',
      {
        status: 3,
        timeSeconds: 1_700_000_000,
        host: 'web-1',
        tags: ['a:b', 'c'],
        message: 'all \n gone',
      },
    ],
    ['_sc|n|1|m:up\\nm\\: down|x:?', { status: 1, message: 'up\nm: down' }],
  ])('%s', (line, want) => expect(parse(line)).toEqual({ ...CHECK, ...want }))

  test.each([['_sc|n'], ['_sc||0'], ['_sc|n|4'], ['_sc|n|00'], ['_sc|n|'], ['_sc|']])(
    '%s is refused',
    (line) => expect(parse(line)).toBe('malformed_service_check'),
  )
})

test('any title and text come back as they were sent', () => {
  // The two characters backslash and n are how a line break is sent, so they cannot be told apart.
  const text = fc.string({ unit: 'binary', maxLength: 40 }).map((raw) => raw.replaceAll('\\n', ''))
  fc.assert(
    fc.property(text, text, (title, body) => {
      fc.pre(title !== '' && Buffer.from(title).toString() === title)
      fc.pre(Buffer.from(body).toString() === body && !body.endsWith('\r'))
      const line = `_e{${Buffer.byteLength(title)},${Buffer.byteLength(body)}}:${title}|${body}|#a`
      expect(parse(line)).toEqual({ ...EVENT, title, text: body, tags: ['a'] })
    }),
  )
})

test('random bytes are read or refused', () => {
  const begin = fc.constantFrom('_e{', '_sc|', '_e{1,1}:', '_e{3,2}:ab', '_sc|n|0|')
  fc.assert(
    fc.property(begin, fc.uint8Array({ maxLength: 80 }), (start, noise) => {
      const got = parse(Buffer.concat([Buffer.from(start), noise]))
      expect(typeof got === 'string' || got.kind === 'event' || got.kind === 'check').toBe(true)
    }),
    { numRuns: 2000 },
  )
})
