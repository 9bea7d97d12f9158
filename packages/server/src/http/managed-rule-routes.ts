import type { RuleDraft } from '@weir/alerting'
import { z } from 'zod'
import { fromTo } from '../audit/changed-keys.ts'
import type { HttpDeps } from './deps.ts'
import { jsonBody, readJson } from './json-body.ts'
import { invalid } from './parameters.ts'
import { type Call, type Route, authorOf, json, query, segment } from './route.ts'

const signature = { author: z.string().default(''), reason: z.string().default('') }
const author = z.strictObject(signature)

const draft = {
  group: z.string(),
  interval: z.string().optional(),
  // What a rule may hold is checked where rule files are.
  rule: z.record(z.string(), z.unknown()),
  replaces: z.string().optional(),
}
const put = z.strictObject({ ...draft, ...signature })
const preview = z.strictObject({ ...draft, group: z.string().default('') })

/** `/api/weir/v1/rules`: rules kept by page and API, and those of files as far as people may change them. */
export function managedRuleRoutes(deps: HttpDeps): Route[] {
  const { limits } = deps
  const rules = (): HttpDeps['alerting']['managedRules'] => deps.alerting.managedRules
  const id = segment('id', 'Its id')
  return [
    {
      methods: ['GET'],
      path: '/api/weir/v1/rules',
      access: 'read',
      summary: 'Every rule: where it comes from, who made, changed or switched it off',
      parameters: [],
      handle: () => json(rules().rows()),
    },
    {
      methods: ['GET'],
      path: '/api/weir/v1/rules/changes',
      access: 'read',
      summary: 'What people changed of rules, newest first',
      parameters: [],
      handle: () => json(rules().changes()),
    },
    {
      methods: ['GET'],
      path: '/api/weir/v1/rules/export',
      access: 'read',
      summary: 'Rules kept here as a rule file',
      parameters: [query('format', '`weir` when left out, or `prometheus`')],
      handle: ({ params }) => {
        const format = params.get('format') ?? 'weir'
        if (format !== 'weir' && format !== 'prometheus') {
          throw invalid('format', `want weir or prometheus, got ${JSON.stringify(format)}`)
        }
        const headers = { 'content-type': 'application/yaml' }
        return { status: 200, headers, body: rules().exported(format) }
      },
    },
    {
      methods: ['POST'],
      path: '/api/weir/v1/rules/preview',
      access: 'read',
      summary: 'What a rule would do now; nothing is kept',
      parameters: [],
      body: jsonBody(limits.bodyBytesMax),
      handle: async (call) =>
        json(await rules().preview(draftOf(readJson(call, preview)), call.signal)),
    },
    {
      methods: ['PUT', 'DELETE'],
      path: '/api/weir/v1/rules/:id',
      access: 'write',
      audit: { PUT: 'rule.save', DELETE: 'rule.delete' },
      summary: 'By PUT make or change a rule, by DELETE take away one that is kept here',
      parameters: [id],
      body: jsonBody(limits.bodyBytesMax),
      handle: async (call) => {
        const which = call.path['id'] ?? ''
        if (call.origin.method === 'DELETE') {
          await rules().remove(which, signed(call, readJson(call, author)))
          return json({})
        }
        const given = signed(call, readJson(call, put))
        const { alert, record, expr } = given.rule
        const before = rules()
          .rows()
          .find((row) => row.id === which && row.origin === 'page')
        const held = before?.rule
        call.remark({
          details: {
            group: fromTo(before?.group, given.group),
            rule: fromTo(held && textOf(held.alert ?? held.record), textOf(alert ?? record)),
            expr: fromTo(held && textOf(held.expr), textOf(expr)),
            ...(given.rule.for === undefined && held?.for === undefined
              ? {}
              : { for: fromTo(held && textOf(held.for), textOf(given.rule.for)) }),
          },
        })
        return json(await rules().put(which, draftOf(given), given))
      },
    },
    {
      methods: ['POST'],
      path: '/api/weir/v1/rules/:id/off',
      access: 'write',
      audit: 'rule.off',
      summary: 'Switch a rule off',
      parameters: [id],
      body: jsonBody(limits.bodyBytesMax),
      handle: async (call) =>
        json(await rules().switchOff(call.path['id'] ?? '', signed(call, readJson(call, author)))),
    },
    {
      methods: ['POST'],
      path: '/api/weir/v1/rules/:id/on',
      access: 'write',
      audit: 'rule.on',
      summary: 'Switch a rule on again',
      parameters: [id],
      body: jsonBody(limits.bodyBytesMax),
      handle: async (call) =>
        json(await rules().switchOn(call.path['id'] ?? '', signed(call, readJson(call, author)))),
    },
  ]
}

/** As it may be told; a rule that is none yet is refused later. */
function textOf(given: unknown): string {
  return typeof given === 'string' ? given : ''
}

/** In the name of who asks. */
function signed<T extends { readonly author: string; readonly reason: string }>(
  call: Call,
  given: T,
): T {
  if (given.reason !== '') call.remark({ details: { reason: given.reason } })
  return { ...given, author: authorOf(call, given.author) }
}

function draftOf({ group, interval, rule, replaces }: z.output<typeof preview>): RuleDraft {
  return {
    group,
    rule,
    ...(interval === undefined || interval === '' ? {} : { interval }),
    ...(replaces === undefined ? {} : { replaces }),
  }
}
