import { expect, test } from 'vitest'
import { OPEN_ACCESS } from '../access/access-control.ts'
import { NOBODY } from '../access/identity.ts'
import { scopesOf } from '../access/scope.ts'
import { seal } from '../peers/seal.ts'
import { createHttp } from './app.ts'
import { standIn } from './testing/stand-in.ts'

const ADMIN = { kind: 'token', name: 'peer', scopes: scopesOf(['admin']) } as const

test.each([
  ['nobody, where nobody is asked', false, NOBODY, '', '', 'PEERS_OFF'],
  ['nobody, where people are asked', true, NOBODY, '', '', 'PEER_REFUSED'],
  ['an admin', true, ADMIN, '', '', 'PEERS_OFF'],
  ['nobody who knows the secret', true, NOBODY, 'secret', 'secret', 'PEERS_OFF'],
  ['nobody who guesses it', true, NOBODY, 'secret', 'guess', 'PEER_REFUSED'],
] as const)('a message of %s is taken, or not', async (_, isOn, who, secret, said, code) => {
  const access = { ...OPEN_ACCESS, isOn, identify: async () => who }
  await using http = await createHttp(standIn({ access, peerSecret: async () => secret }))
  const { headers } = await http.inject({
    method: 'POST',
    url: '/api/weir/v1/peers/exchange',
    payload: seal({}, said),
  })
  // There are no peers here: whoever gets so far was believed.
  expect(headers['weir-error-code']).toBe(code)
})
