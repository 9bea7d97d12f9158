import { formatValue } from '@weir/promql'
import { groupProblems, parseRuleGroups } from '../rules/config.ts'
import { type GroupContext, LiveGroup } from '../rules/group.ts'
import { watchedOf } from '../rules/watched.ts'
import { NO_APPENDER, NO_STORE } from '../nowhere.ts'
import type { RuleDraft, RulePreview } from './views.ts'

const ELEMENTS_MAX = 100

/** Evaluates a rule once, as its group would, and writes nothing. */
export async function previewRule(
  { rule, group }: RuleDraft,
  context: GroupContext,
  options: { readonly features: readonly string[]; readonly signal: AbortSignal },
): Promise<RulePreview> {
  const source = { name: group === '' ? 'preview' : group, rules: [rule] }
  const problems = groupProblems(source, options.features).map(({ path, what }) => ({
    path: path.replace(/^rules\[0\]\.?/, ''),
    what,
  }))
  const type = rule.record === undefined ? 'alerting' : 'recording'
  const none = { type, expr: '', count: 0, elements: [], watchedCount: null } as const
  if (problems.length > 0) return { ...none, problems }
  const [spec] = parseRuleGroups([source], options.features)
  const { expr, source: store } = spec!.rules[0]!
  const query: GroupContext['query'] = (asked, timeMs) =>
    context.query(asked, timeMs, options.signal)
  const logQuery: GroupContext['query'] | undefined =
    context.logQuery && ((asked, timeMs) => context.logQuery!(asked, timeMs, options.signal))
  const nowMs = context.clock.now() - (spec!.queryOffsetMs ?? context.queryOffsetMs)
  try {
    if (type === 'recording') {
      const ask = store === 'logs' ? logQuery : query
      if (ask === undefined) throw new Error('there is no log store to ask')
      const answer = await ask(expr, nowMs)
      const elements = answer.slice(0, ELEMENTS_MAX).map(({ labels, value }) => ({
        labels: labels.toJSON(),
        annotations: {},
        value: formatValue(value),
      }))
      return { ...none, problems, expr, count: answer.length, elements }
    }
    const live = new LiveGroup(spec!, {
      ...context,
      query,
      ...(logQuery === undefined ? {} : { logQuery }),
      appender: NO_APPENDER,
      store: NO_STORE,
      sink: { receive: async () => undefined },
    })
    await live.evaluate(context.clock.now())
    const [view] = live.view().rules
    if (view?.type !== 'alerting') return { ...none, problems }
    if (view.lastError !== undefined) {
      return { ...none, expr, problems: [{ path: 'expr', what: view.lastError }] }
    }
    const elements = view.alerts.slice(0, ELEMENTS_MAX)
    const watched = store === 'logs' ? ({ kind: 'nothing' } as const) : watchedOf(expr)
    const watchedCount =
      watched.kind === 'nothing' ? null : (await query(watched.expr, nowMs)).length
    return { ...none, problems, expr, count: view.alerts.length, elements, watchedCount }
  } catch (cause) {
    if (options.signal.aborted) throw cause
    return { ...none, expr, problems: [{ path: 'expr', what: (cause as Error).message }] }
  }
}
