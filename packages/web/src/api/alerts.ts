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
import { getWeir } from './client.ts'
import { deed, send } from './deed.ts'

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

/** What can be done about alerts. */
export type AlertAction =
  | { readonly kind: 'ack'; readonly comment: string }
  | { readonly kind: 'unack' }
  | { readonly kind: 'snooze'; readonly untilMs: number | null }
  | { readonly kind: 'wake' }
  | { readonly kind: 'assign'; readonly to: string }
  | { readonly kind: 'note'; readonly text: string }

export const actOn = deed(
  'write',
  (wish: { readonly fingerprint: string; readonly by: string; readonly action: AlertAction }) => {
    const { fingerprint, by, action } = wish
    const { kind, ...rest } = action
    const at = { fingerprint }
    const how = { at, body: { by, ...rest } }
    switch (kind) {
      case 'ack':
        return send('POST /api/weir/v1/alerts/{fingerprint}/ack')(how)
      case 'unack':
        return send('DELETE /api/weir/v1/alerts/{fingerprint}/ack')({ at, query: { by } })
      case 'snooze':
        return send('POST /api/weir/v1/alerts/{fingerprint}/snooze')(how)
      case 'wake':
        return send('DELETE /api/weir/v1/alerts/{fingerprint}/snooze')({ at, query: { by } })
      case 'assign':
        return send('POST /api/weir/v1/alerts/{fingerprint}/assign')(how)
      case 'note':
        return send('POST /api/weir/v1/alerts/{fingerprint}/note')(how)
    }
  },
)

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

export const keepSilence = deed('write', (draft: SilenceDraft) =>
  send('POST /api/v2/silences')({ body: draft }),
)

export const expireSilence = deed('write', (id: string) =>
  send('DELETE /api/v2/silence/{id}')({ at: { id } }),
)

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

/** A new plan, or another one in place of that which has an id. */
export const planMaintenance = deed(
  'write',
  ({ id, draft }: { readonly id?: string | undefined; readonly draft: MaintenanceDraftView }) =>
    id === undefined
      ? send('POST /api/weir/v1/maintenance')({ body: draft })
      : send('PUT /api/weir/v1/maintenance/{id}')({ at: { id }, body: draft }),
)

export const removeMaintenance = deed('write', (id: string) =>
  send('DELETE /api/weir/v1/maintenance/{id}')({ at: { id } }),
)

export const settleNotification = deed(
  'write',
  ({ id, how }: { readonly id: string; readonly how: 'retry' | 'discard' }) =>
    how === 'retry'
      ? send('POST /api/weir/v1/notifications/{id}/retry')({ at: { id }, body: {} })
      : send('POST /api/weir/v1/notifications/{id}/discard')({ at: { id }, body: {} }),
)

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

export const testReceiver = deed('write', (name: string) =>
  send('POST /api/weir/v1/receivers/{name}/test')<readonly ReceiverTestView[]>({
    at: { name },
    body: {},
  }),
)
