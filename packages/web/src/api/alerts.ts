import type {
  AlertHistoryView,
  FailingIntegration,
  FiringGroup,
  MaintenanceDraftView,
  MaintenanceView,
  ReceiverTestView,
  ReceiverView,
  SilencePreview,
} from '@weir/packs'
import { queryOptions } from '@tanstack/react-query'
import { deleteAt, getWeir, sendWeir } from './client.ts'

const API = '/api/weir/v1'

export const firingQuery = queryOptions({
  queryKey: ['alerts', 'groups'],
  queryFn: ({ signal }) => getWeir<readonly FiringGroup[]>(`${API}/alerts/groups`, signal),
})

const WEEK_MS = 7 * 86_400_000

export const timelineQuery = (fingerprint: string, nowMs: number) =>
  queryOptions({
    queryKey: ['alerts', 'history', fingerprint],
    queryFn: ({ signal }) => {
      const start = (nowMs - WEEK_MS) / 1000
      const about = `fingerprint=${fingerprint}&start=${start}&limit=300`
      return getWeir<AlertHistoryView>(`${API}/alerts/history?${about}`, signal)
    },
  })

const about = (prints: readonly string[]): string => `${API}/alerts/${prints.join(',')}`

/** What can be done about alerts. */
export type AlertAction =
  | { readonly kind: 'ack'; readonly comment: string }
  | { readonly kind: 'unack' }
  | { readonly kind: 'snooze'; readonly untilMs: number | null }
  | { readonly kind: 'wake' }
  | { readonly kind: 'assign'; readonly to: string }
  | { readonly kind: 'note'; readonly text: string }

export async function actOn(
  prints: readonly string[],
  by: string,
  { kind, ...rest }: AlertAction,
): Promise<void> {
  const sign = `by=${encodeURIComponent(by)}`
  if (kind === 'unack') await deleteAt(`${about(prints)}/ack?${sign}`)
  else if (kind === 'wake') await deleteAt(`${about(prints)}/snooze?${sign}`)
  else await sendWeir('POST', `${about(prints)}/${kind}`, { by, ...rest })
}

/** A matcher as Alertmanager's API has it. */
export interface SilenceMatcher {
  readonly name: string
  readonly value: string
  readonly isRegex: boolean
  readonly isEqual: boolean
}

/** A silence of `GET /api/v2/silences`. */
export interface Silence {
  readonly id: string
  readonly status: { readonly state: 'active' | 'pending' | 'expired' }
  readonly matchers: readonly SilenceMatcher[]
  readonly startsAt: string
  readonly endsAt: string
  readonly createdBy: string
  readonly comment: string
}

export const silencesQuery = queryOptions({
  queryKey: ['silences'],
  queryFn: ({ signal }) => getWeir<readonly Silence[]>('/api/v2/silences', signal),
})

export type SilenceDraft = Omit<Silence, 'id' | 'status'> & { readonly id?: string }

export const keepSilence = (draft: SilenceDraft): Promise<unknown> =>
  sendWeir('POST', '/api/v2/silences', draft)

export const expireSilence = (id: string): Promise<void> =>
  deleteAt(`/api/v2/silence/${encodeURIComponent(id)}`)

export const previewQuery = (matchers: readonly string[]) =>
  queryOptions({
    queryKey: ['silences', 'preview', matchers],
    queryFn: ({ signal }) => {
      const asked = matchers.map((one) => `matcher=${encodeURIComponent(one)}`).join('&')
      return getWeir<SilencePreview>(`${API}/silences/preview?${asked}`, signal)
    },
    enabled: matchers.length > 0,
    retry: false,
  })

export const maintenanceQuery = queryOptions({
  queryKey: ['maintenance'],
  queryFn: ({ signal }) => getWeir<MaintenanceView>(`${API}/maintenance`, signal),
})

export const planMaintenance = (draft: MaintenanceDraftView, id?: string): Promise<unknown> =>
  id === undefined
    ? sendWeir('POST', `${API}/maintenance`, draft)
    : sendWeir('PUT', `${API}/maintenance/${encodeURIComponent(id)}`, draft)

export const removeMaintenance = (id: string): Promise<void> =>
  deleteAt(`${API}/maintenance/${encodeURIComponent(id)}`)

export const settleNotification = (id: string, how: 'retry' | 'discard'): Promise<unknown> =>
  sendWeir('POST', `${API}/notifications/${encodeURIComponent(id)}/${how}`, {})

export const receiversQuery = queryOptions({
  queryKey: ['receivers'],
  queryFn: ({ signal }) => getWeir<readonly ReceiverView[]>(`${API}/receivers`, signal),
})

/** Those who do not take what they are told. */
export const failingQuery = queryOptions({
  queryKey: ['receivers', 'failing'],
  queryFn: ({ signal }) =>
    getWeir<readonly FailingIntegration[]>(`${API}/receivers/failing`, signal),
})

export const testReceiver = (name: string): Promise<readonly ReceiverTestView[]> =>
  sendWeir('POST', `${API}/receivers/${encodeURIComponent(name)}/test`, {})
