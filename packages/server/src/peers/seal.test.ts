import { expect, test } from 'vitest'
import { weirConfig } from '../config/weir-config.ts'
import { seal, unseal } from './seal.ts'

const MESSAGE = { kind: 'tell', text: 'ä' }

test('what was sealed is read with the same secret, and without one on both sides', () => {
  expect(unseal(seal(MESSAGE, 's'), 's')).toEqual(MESSAGE)
  expect(unseal(seal(MESSAGE, 's', 'question'), 's', 'question')).toEqual(MESSAGE)
  expect(unseal(seal(MESSAGE, ''), '')).toEqual(MESSAGE)
})

test.each([
  ['another secret', seal(MESSAGE, 'other'), ''],
  ['no secret', seal(MESSAGE, ''), ''],
  ['a changed text', { ...seal(MESSAGE, 's'), message: '{"kind":"pull"}' }, ''],
  ['an answer to another question', seal(MESSAGE, 's', 'one'), 'two'],
  ['a question as an answer', seal(MESSAGE, 's'), 'two'],
  ['a proof of other length', { ...seal(MESSAGE, 's'), proof: 'é' }, ''],
])('%s is refused', (_, sealed, to) => {
  expect(() => unseal(sealed, 's', to)).toThrow(/peer_secret/)
})

test('what is sealed and no JSON is told apart', () => {
  expect(() => unseal({ message: 'x', proof: '' }, '')).toThrow(/no JSON/)
})

test.each([
  [{ peers: ['ftp://a'] }, /http or https/],
  [{ peers: ['http://user:pw@a:1'] }, /without user/],
  [{ peer_secret: 'x', peer_secret_file: 'y' }, /not both/],
  [{ peer_name: 'a b' }, /letters/],
  [{ peer_timeout: '10ms' }, /1s to 10m/],
  [{ peers: Array.from({ length: 17 }, () => 'http://a') }, /16/],
])('%j is refused', (notifications, why) => {
  const read = weirConfig.safeParse({ notifications })
  expect(read.success ? '' : read.error.issues[0]?.message).toMatch(why)
})
