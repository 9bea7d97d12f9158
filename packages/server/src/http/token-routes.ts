import { type TokenView, tokenDraft } from '../access/tokens/token-book.ts'
import type { HttpDeps } from './deps.ts'
import { jsonBody, readJson } from './json-body.ts'
import { type Route, json, segment } from './route.ts'

/** Nothing longer is a token's name and scopes. */
const BODY_BYTES_MAX = 16 * 1024

/** `/api/weir/v1/tokens`: who may get in. Secrets are told once, when a token is made. */
export function tokenRoutes(deps: HttpDeps): Route[] {
  return [
    {
      methods: ['GET', 'POST'],
      path: '/api/weir/v1/tokens',
      access: 'admin',
      audit: { POST: 'token.create' },
      summary:
        'By GET the tokens without their secrets, and what was refused for their limits; POST makes one and gives its text, once',
      parameters: [],
      body: jsonBody(BODY_BYTES_MAX),
      handle: async (call) => {
        if (call.origin.method !== 'POST') return json({ tokens: await listed(deps) })
        const { token, view } = await deps
          .tokens()
          .create(readJson(call, tokenDraft), call.who.name)
        call.remark({ target: view.name, details: { id: view.id, scopes: view.scopes.join(' ') } })
        return json({ ...view, token })
      },
    },
    {
      methods: ['DELETE'],
      path: '/api/weir/v1/tokens/:id',
      access: 'admin',
      audit: 'token.revoke',
      summary: 'Revoke a token, by its id or its name',
      parameters: [segment('id', 'Its id, or its name')],
      handle: async (call) => {
        const view = await deps.tokens().revoke(call.path['id'] ?? '')
        call.remark({ target: view.name, details: { id: view.id } })
        return json(view)
      },
    },
  ]
}

async function listed(deps: HttpDeps): Promise<TokenView[]> {
  const list = deps.tokens().list()
  if (list.every(({ limits }) => limits === undefined)) return list
  const refused = await deps.tokensRefused()
  return list.map((view) => {
    const counts = refused.get(view.name)
    return counts === undefined ? view : { ...view, refused: counts }
  })
}
