import type { AuditPage, SessionView, WhoamiView } from '@weir/packs'
import { queryOptions } from '@tanstack/react-query'
import { deleteAt, getWeir, postWeir, sendWeir } from './client.ts'

const API = '/api/weir/v1'

export const SCOPES = ['ingest', 'read', 'write', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

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

export function logIn(typed: Typed): Promise<unknown> {
  return sendWeir('POST', `${API}/login`, typed)
}

/** Resolves with where to go next. */
export async function logOut(): Promise<string> {
  const { next } = await postWeir<{ readonly next: string }>(`${API}/logout`, {})
  return next
}

export function createToken(draft: {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly expiresInMs?: number
}): Promise<TokenView & { readonly token: string }> {
  return sendWeir('POST', `${API}/tokens`, draft)
}

export function revokeToken(id: string): Promise<void> {
  return deleteAt(`${API}/tokens/${encodeURIComponent(id)}`)
}

export function endSession(id: string): Promise<void> {
  return deleteAt(`${API}/sessions/${encodeURIComponent(id)}`)
}
