import { createHash } from 'node:crypto'
import type { AlertingRuleView, RuleGroupView, RuleView } from '@weir/alerting'
import { labelTest } from '../query/selector.ts'
import type { HttpDeps } from './deps.ts'
import { flagOf, invalid } from './parameters.ts'
import { type Route, query, success } from './route.ts'

/** Rules and alerts, in Prometheus's shapes. */
export function ruleRoutes({ alerting }: HttpDeps): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/api/v1/rules',
      access: 'read',
      summary: 'Rule groups with the state of each rule',
      parameters: [
        query('type', '`alert` or `record`'),
        query('rule_name[]', 'Only rules of this name'),
        query('rule_group[]', 'Only groups of this name'),
        query('file[]', 'Only groups of this file'),
        query('match[]', 'Only rules whose labels match this selector'),
        query('exclude_alerts', '`true` leaves the alerts of each rule out'),
        query('group_limit', 'Most groups a page'),
        query('group_next_token', 'Where the page before ended'),
      ],
      handle: ({ params }) => {
        const wanted = wantedOf(params)
        const { groups } = alerting.ruleGroups()
        const kept = groups
          .filter(({ name, file }) => wanted.group(name) && wanted.file(file))
          .map((group) => ({ ...group, rules: keptRules(group, wanted) }))
          .filter(({ rules }) => rules.length > 0) // also of a group that has none: as Prometheus
        return success(pageOf(kept, params))
      },
    },
    {
      methods: ['GET'],
      path: '/api/v1/alerts',
      access: 'read',
      summary: 'Pending and firing alerts',
      parameters: [],
      handle: () => success(alerting.alerts()),
    },
  ]
}

interface Wanted {
  group(name: string): boolean
  file(name: string): boolean
  rule(rule: RuleView): boolean
  readonly withoutAlerts: boolean
}

function wantedOf(params: URLSearchParams): Wanted {
  const type = (params.get('type') ?? '').toLowerCase()
  if (!['', 'alert', 'record'].includes(type)) {
    throw invalid('type', `not supported value ${JSON.stringify(params.get('type'))}`)
  }
  const oneOf = (name: string): ((value: string) => boolean) => {
    const values = new Set(params.getAll(name))
    return (value) => values.size === 0 || values.has(value)
  }
  const tests = params.getAll('match[]').map(labelTest)
  const named = oneOf('rule_name[]')
  return {
    group: oneOf('rule_group[]'),
    file: oneOf('file[]'),
    rule: (rule) =>
      (type === '' || rule.type.startsWith(type)) &&
      named(rule.name) &&
      (tests.length === 0 || tests.some((test) => test(rule.labels ?? {}))),
    withoutAlerts: flagOf(params, 'exclude_alerts'),
  }
}

/** A rule whose alerts were not asked for has `null` in their place, as in Prometheus. */
type ShownRule = RuleView | (Omit<AlertingRuleView, 'alerts'> & { readonly alerts: null })

function keptRules({ rules }: RuleGroupView, wanted: Wanted): ShownRule[] {
  const kept = rules.filter((rule) => wanted.rule(rule))
  if (!wanted.withoutAlerts) return kept
  return kept.map((rule) => (rule.type === 'recording' ? rule : { ...rule, alerts: null }))
}

type ShownGroup = Omit<RuleGroupView, 'rules'> & { readonly rules: readonly ShownRule[] }

/** A page of groups. The token names the first group of the next page, so that a reload in between shows. */
function pageOf(
  groups: readonly ShownGroup[],
  params: URLSearchParams,
): { readonly groups: readonly ShownGroup[]; readonly groupNextToken?: string } {
  const limitText = params.get('group_limit') ?? ''
  const token = params.get('group_next_token') ?? ''
  if (limitText === '') {
    if (token === '') return { groups }
    const why = 'group_limit needs to be present in order to paginate over the groups'
    throw invalid('group_next_token', why)
  }
  const limit = Number(limitText)
  if (!Number.isInteger(limit)) {
    throw invalid('group_limit', `want a whole number, got ${JSON.stringify(limitText)}`)
  }
  if (limit <= 0) throw invalid('group_limit', 'group_limit needs to be greater than 0')
  const from = token === '' ? 0 : groups.findIndex((group) => tokenOf(group) === token)
  if (from < 0) {
    const why = `invalid group_next_token '${token}'. were rule groups changed?`
    throw invalid('group_next_token', why)
  }
  const next = groups[from + limit]
  const page = { groups: groups.slice(from, from + limit) }
  return next === undefined ? page : { ...page, groupNextToken: tokenOf(next) }
}

function tokenOf({ file, name }: Pick<RuleGroupView, 'file' | 'name'>): string {
  return createHash('sha1').update(`${file};${name}`).digest('hex')
}
