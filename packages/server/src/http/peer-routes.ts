import { WeirError } from '@weir/model'
import type { PeersView } from '@weir/packs'
import { PEER_PATH } from '../peers/peer-client.ts'
import { seal, sealed, unseal } from '../peers/seal.ts'
import type { HttpDeps } from './deps.ts'
import { jsonBody, readJson } from './json-body.ts'
import { type Call, type Route, json } from './route.ts'

/** `/api/weir/v1/peers`: other Weirs with the same rules. */
export function peerRoutes(deps: HttpDeps): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/api/weir/v1/peers',
      access: 'read',
      summary: 'Other Weirs that tell the same, and whether they answer',
      parameters: [],
      handle: () => json(deps.alerting.peers.view() satisfies PeersView),
    },
    {
      methods: ['POST'],
      path: PEER_PATH,
      access: 'peer',
      summary: 'Between peers: what was told, silences, acknowledgements',
      parameters: [],
      body: jsonBody(deps.limits.bodyBytesMax),
      handle: async (call) => {
        const question = readJson(call, sealed)
        const secret = await deps.peerSecret()
        if (secret === '') checkUnsigned(call, deps)
        const answer = await deps.alerting.peers.answer(unseal(question, secret))
        return json(seal(answer, secret, question.proof))
      },
    },
  ]
}

/** A peer may make and end silences, and say that all has been told. Where people are asked who they are, so is it. */
function checkUnsigned({ who }: Call, { access }: HttpDeps): void {
  if (!access.isOn || who.scopes.has('admin')) return
  throw new WeirError(
    'PEER_REFUSED',
    'Cannot take a message of a peer that is not signed: where access control is on, want notifications.peer_secret on all peers',
  )
}
