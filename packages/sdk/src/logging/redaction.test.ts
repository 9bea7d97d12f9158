import { afterEach, expect, test } from 'vitest'
import { keptLogging } from '../testing/lines.ts'
import { getLogger } from './logger.ts'
import type { RedactionOptions } from './redaction.ts'
import type { Logging } from './setup.ts'

let logging: Logging | undefined
afterEach(async () => logging?.close())

function contextOf(context: Record<string, unknown>, redact?: RedactionOptions): unknown {
  const made = keptLogging(redact === undefined ? {} : { redact })
  logging = made
  getLogger('redaction').info('x', context)
  return made.kept.last.context
}

test('measured values and secrets are masked, at any depth and however they are spelled', () => {
  const context = {
    value: 72,
    row: { value: 180, unit: 'bpm', nested: [{ Password: 'p' }] },
    headers: new Map([['set-cookie', 'c']]),
    apiKey: 'k',
    values: 3,
  }
  expect(contextOf(context)).toEqual({
    value: '[redacted]',
    row: { value: '[redacted]', unit: 'bpm', nested: [{ Password: '[redacted]' }] },
    headers: { 'set-cookie': '[redacted]' },
    apiKey: '[redacted]',
    values: 3,
  })
})

test('user ids are hashed: equal ones alike, with a key alike in every process', () => {
  const redact = { hashKey: 'k' }
  const first = contextOf({ user_id: 'u1', row: { userId: 'u1' } }, redact)
  expect(first).toEqual({
    user_id: expect.stringMatching(/^hash:[0-9a-f]{16}$/),
    row: { userId: (first as { user_id: string }).user_id },
  })
  expect(contextOf({ user_id: 'u1' }, redact)).toEqual({
    user_id: (first as { user_id: string }).user_id,
  })
  expect(contextOf({ user_id: 'u2' }, redact)).not.toEqual(contextOf({ user_id: 'u1' }, redact))
  expect(contextOf({ user_id: 'u1' })).not.toEqual(contextOf({ user_id: 'u1' })) // a key of its own each
})

test('paths name one place, with * for any name and any index', () => {
  const mask = ['row.payload.ssn', 'headers.*', 'items[*].key', 'list.0']
  const context = {
    ssn: 'seen',
    row: { ssn: 'seen', payload: { ssn: 'hidden', other: 1 } },
    headers: { a: 1, b: { c: 2 } },
    items: [{ key: 1, name: 2 }],
    list: ['hidden', 'seen'],
    value: 'seen: the list replaces the default one',
  }
  expect(contextOf(context, { mask })).toEqual({
    ...context,
    row: { ssn: 'seen', payload: { ssn: '[redacted]', other: 1 } },
    headers: { a: '[redacted]', b: '[redacted]' },
    items: [{ key: '[redacted]', name: 2 }],
    list: ['[redacted]', 'seen'],
  })
})

test('what is hashed but is no text is masked', () => {
  expect(contextOf({ user_id: { id: 1 }, value: null })).toEqual({
    user_id: '[redacted]',
    value: '[redacted]',
  })
})

test('context of a logger is redacted too', () => {
  const made = keptLogging()
  logging = made
  getLogger('redaction', { context: { token: 't' } }).info('x')
  expect(made.kept.last.context).toEqual({ token: '[redacted]' })
})
