import type { AuditPage, SessionView, WhoamiView } from '@weir/packs'
import { queryOptions } from '@tanstack/react-query'
import { getWeir } from './client.ts'
import { deed, send } from './deed.ts'

const API = '/api/weir/v1'

export const SCOPES = ['ingest', 'read', 'write', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** What the scope of a deed may be: some want none. */
export type Wanted = Scope | 'open'

/** A token as lists show it. */
export interface TokenView {
  readonly id: string
  readonly prefix: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly createdMs: number
  readonly createdBy: string
  readonly expiresMs: number | null
  readonly lastUsedMs: number | null
  readonly limits?: TokenLimits
  /** Since Weir started; left out when nothing was. */
  readonly refused?: {
    readonly requests: number
    readonly bytes: number
    readonly samples: number
    readonly lines: number
  }
}

/** How much may come with a token. */
interface TokenLimits {
  readonly requestsPerSecond?: number
  readonly bytesPerSecond?: number
  /** Series, and as many streams of log lines, at a time. */
  readonly series?: number
}

export interface TokenDraft {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly expiresInMs?: number
  readonly limits?: TokenLimits
}

export const whoamiQuery = queryOptions({
  queryKey: ['whoami'],
  queryFn: ({ signal }) => getWeir<WhoamiView>(`${API}/whoami`, signal),
  refetchInterval: 60_000,
})

export const tokensQuery = queryOptions({
  queryKey: ['access', 'tokens'],
  queryFn: async ({ signal }) =>
    (await getWeir<{ readonly tokens: readonly TokenView[] }>(`${API}/tokens`, signal)).tokens,
})

export const sessionsQuery = queryOptions({
  queryKey: ['access', 'sessions'],
  queryFn: async ({ signal }) =>
    (await getWeir<{ readonly sessions: readonly SessionView[] }>(`${API}/sessions`, signal))
      .sessions,
})

/** @param before the id before which to go on; '' begins with the newest */
export function changesPage(before: string, signal: AbortSignal): Promise<AuditPage> {
  const search = new URLSearchParams({ limit: '100', ...(before === '' ? {} : { before }) })
  return getWeir<AuditPage>(`${API}/audit?${search.toString()}`, signal)
}

export type Typed =
  | { readonly token: string }
  | { readonly user: string; readonly password: string }

export const logIn = deed('open', (typed: Typed) =>
  send('POST /api/weir/v1/login')({ body: typed }),
)

/** Resolves with where to go next. */
export const logOut = deed('open', async () => {
  const { next } = await send('POST /api/weir/v1/logout')<{ readonly next: string }>({
    body: new URLSearchParams(),
  })
  return next
})

export const createToken = deed('admin', (draft: TokenDraft) =>
  send('POST /api/weir/v1/tokens')<TokenView & { readonly token: string }>({ body: draft }),
)

export const revokeToken = deed('admin', (id: string) =>
  send('DELETE /api/weir/v1/tokens/{id}')({ at: { id } }),
)

export const endSession = deed('read', (id: string) =>
  send('DELETE /api/weir/v1/sessions/{id}')({ at: { id } }),
)
