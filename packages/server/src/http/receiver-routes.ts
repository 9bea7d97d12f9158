import { z } from 'zod'
import type { HttpDeps } from './deps.ts'
import { jsonBody, readJson } from './json-body.ts'
import { type Route, json, segment } from './route.ts'

const wanted = z.strictObject({
  integration: z.string().optional(),
  index: z.int().nonnegative().optional(),
})

/** `/api/weir/v1/receivers`: who can be told. */
export function receiverRoutes(deps: HttpDeps): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/api/weir/v1/receivers',
      access: 'read',
      summary: 'The receivers and their integrations, as the config lists them',
      parameters: [],
      handle: () => json(deps.alerting.routing.receivers()),
    },
    {
      methods: ['GET'],
      path: '/api/weir/v1/receivers/failing',
      access: 'read',
      summary: 'Integrations that did not take the last thing they were to be told',
      parameters: [],
      handle: () => json(deps.alerting.outbox.failing()),
    },
    {
      methods: ['POST'],
      path: '/api/weir/v1/receivers/:name/test',
      access: 'write',
      audit: 'receiver.test',
      summary: 'Send a test through a receiver, or only through its `integration`s of a kind',
      parameters: [segment('name', 'Of the receiver')],
      body: jsonBody(deps.limits.bodyBytesMax),
      handle: async (call) => {
        const { integration, index } = readJson(call, wanted)
        if (integration !== undefined) call.remark({ details: { integration } })
        const only = {
          ...(integration === undefined ? {} : { integration }),
          ...(index === undefined ? {} : { index }),
        }
        return json(await deps.alerting.receiverTests.run(call.path['name'] ?? '', only))
      },
    },
  ]
}
