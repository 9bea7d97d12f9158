import { queryOptions } from '@tanstack/react-query'
import { ask, getWeir } from './client.ts'
import { deed, send } from './deed.ts'

/** The shapes of `/api/weir/v1/rules` that the page reads and sends. */

export interface Level {
  readonly when: string
  readonly reset?: string
  readonly for?: string
}

/** A rule with the keys of a rule file. */
export interface RuleSource {
  readonly alert?: string
  readonly record?: string
  readonly expr?: string
  readonly for?: string
  readonly keep_firing_for?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly no_data?: string
  readonly no_data_for?: string
  readonly reset?: string
  readonly levels?: Readonly<Record<string, Level | string>>
  readonly flapping?: object
  readonly deadman?: object
}

export interface RuleDraft {
  readonly group: string
  readonly interval?: string
  readonly rule: RuleSource
  readonly replaces?: string
}

export interface Author {
  readonly author: string
  readonly reason: string
}

interface Signed extends Author {
  readonly atMs: number
}

export interface RuleRow {
  readonly id: string
  readonly origin: 'file' | 'pack' | 'page' | 'gone'
  readonly file: string
  readonly group: string
  readonly interval: string
  readonly rule: RuleSource
  readonly off: Signed | null
  readonly replacedBy: string | null
  readonly replaces: string | null
  readonly created: Signed | null
  readonly changed: Signed | null
  readonly problem: string
}

export interface RuleChange extends Signed {
  readonly action: 'created' | 'changed' | 'deleted' | 'off' | 'on'
  readonly id: string
  readonly name: string
  readonly group: string
  readonly before: RuleDraft | null
  readonly after: RuleDraft | null
}

export interface RulePreview {
  readonly problems: readonly { readonly path: string; readonly what: string }[]
  readonly count: number
  readonly elements: readonly {
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
    readonly value: string
  }[]
  readonly watchedCount: number | null
}

const API = '/api/weir/v1/rules'

export const ruleRowsQuery = queryOptions({
  queryKey: ['rules', 'rows'],
  queryFn: ({ signal }) => getWeir<readonly RuleRow[]>(API, signal),
})

export const ruleChangesQuery = queryOptions({
  queryKey: ['rules', 'changes'],
  queryFn: ({ signal }) => getWeir<readonly RuleChange[]>(`${API}/changes`, signal),
})

export const rulePreviewQuery = (draft: RuleDraft) =>
  queryOptions({
    queryKey: ['rule-preview', draft],
    queryFn: ({ signal }) => ask<RulePreview>('/api/weir/v1/rules/preview', draft, signal),
    retry: false,
  })

export const putRule = deed(
  'write',
  ({ id, draft }: { readonly id: string; readonly draft: RuleDraft & Author }) =>
    send('PUT /api/weir/v1/rules/{id}')<RuleRow>({ at: { id }, body: draft }),
)

/** What can be done to a rule besides changing what it says. */
export type RuleDeed = 'off' | 'on' | 'delete'

export const doToRule = deed(
  'write',
  (wish: { readonly id: string; readonly what: RuleDeed; readonly author: Author }) => {
    const how = { at: { id: wish.id }, body: wish.author }
    switch (wish.what) {
      case 'off':
        return send('POST /api/weir/v1/rules/{id}/off')(how)
      case 'on':
        return send('POST /api/weir/v1/rules/{id}/on')(how)
      case 'delete':
        return send('DELETE /api/weir/v1/rules/{id}')(how)
    }
  },
)
