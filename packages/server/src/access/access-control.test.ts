import { expect, test } from 'vitest'
import { demand } from './access-control.ts'
import { EVERYBODY, type Identity, NOBODY } from './identity.ts'
import { type Demand, SCOPES, type Scope, scopesOf } from './scope.ts'

test.each([
  ['ingest', ['ingest']],
  ['read', ['read']],
  ['write', ['read', 'write']],
  ['admin', ['ingest', 'read', 'write', 'admin']],
] as const)('%s gives %j', (scope, may) => {
  const who: Identity = { kind: 'token', name: 'ci', scopes: scopesOf([scope]) }
  const passed = SCOPES.filter((wanted) => codeOf(who, wanted) === '')
  expect(passed).toEqual(may)
})

test.each([
  [NOBODY, 'read', 'ACCESS_UNKNOWN'],
  [NOBODY, 'open', ''],
  [NOBODY, 'peer', ''],
  [EVERYBODY, 'admin', ''],
  [{ kind: 'user', name: 'ann', scopes: scopesOf(['read']) }, 'write', 'ACCESS_DENIED'],
] as const)('%j wants %s: %s', (who, wanted, code) => {
  expect(codeOf(who, wanted)).toBe(code)
})

function codeOf(who: Identity, wanted: Demand | Scope): string {
  try {
    demand(who, wanted)
    return ''
  } catch (error) {
    return (error as { code: string }).code
  }
}
