import { WeirError } from '@weir/model'
import type { SessionView } from '@weir/packs'
import type { Identity } from '../access/identity.ts'
import { type Session, ownerOf } from '../access/session/session.ts'
import type { HttpDeps } from './deps.ts'
import { type Route, json, segment } from './route.ts'

/** `/api/weir/v1/sessions`: logins on the page. Everybody sees and ends his own, `admin` all. */
export function sessionRoutes(deps: HttpDeps): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/api/weir/v1/sessions',
      access: 'read',
      summary: 'Logins on the page that hold: your own, with the scope admin all',
      parameters: [],
      handle: ({ who }) => json({ sessions: sessionViews(who, deps) }),
    },
    {
      methods: ['DELETE'],
      path: '/api/weir/v1/sessions/:id',
      access: 'read',
      audit: 'session.end',
      summary: 'End a login: one of your own, with the scope admin any',
      parameters: [segment('id', 'Its id')],
      handle: async ({ who, path }) => {
        const id = path['id'] ?? ''
        // Whose it is makes no difference to what others hear.
        const isThere = sessionViews(who, deps).some((session) => session.id === id)
        if (!isThere || !(await deps.login.sessions.end(id))) {
          const shown = JSON.stringify(id.slice(0, 100))
          throw new WeirError('SESSION_UNKNOWN', `Cannot find the session ${shown}: it may be over`)
        }
        return json({ ended: id })
      },
    },
  ]
}

function sessionViews(who: Identity, { login }: HttpDeps): SessionView[] {
  const { sessions } = login
  const own = ownerIn(who, sessions.get(who.sessionId ?? ''))
  return sessions.list().flatMap((session) => {
    const isYours = ownerOf(session.grounds) === own
    if (!isYours && !who.scopes.has('admin')) return []
    const { id, grounds, openedMs, seenMs, clientIp, agent } = session
    return {
      id,
      name: grounds.name,
      way: grounds.kind,
      isYours,
      isThis: id === who.sessionId,
      openedMs,
      seenMs,
      endsMs: sessions.endsMs(session),
      clientIp,
      agent,
    }
  })
}

/** As sessions name their owners; undefined for those who can have none. */
function ownerIn(who: Identity, session: Session | undefined): string | undefined {
  if (session !== undefined) return ownerOf(session.grounds)
  const { kind } = who
  return kind === 'token' || kind === 'user' ? ownerOf({ ...who, kind }) : undefined
}
