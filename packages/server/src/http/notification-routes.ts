import type { HttpDeps } from './deps.ts'
import { type Route, json, segment } from './route.ts'

/** `/api/weir/v1/notifications`: the outbox. */
export function notificationRoutes(deps: HttpDeps): Route[] {
  const id = segment('id', 'Its id')
  return [
    {
      methods: ['GET'],
      path: '/api/weir/v1/notifications',
      access: 'read',
      summary: 'Notifications sent, due and failed, newest first',
      parameters: [],
      handle: () => json(deps.alerting.outbox.views()),
    },
    {
      methods: ['POST'],
      path: '/api/weir/v1/notifications/:id/retry',
      access: 'write',
      audit: 'notification.retry',
      summary: 'Try a waiting or failed notification now',
      parameters: [id],
      handle: async ({ path }) => json(await deps.alerting.outbox.retry(path['id'] ?? '')),
    },
    {
      methods: ['POST'],
      path: '/api/weir/v1/notifications/:id/discard',
      access: 'write',
      audit: 'notification.discard',
      summary: 'Forget a notification: a waiting one is not sent',
      parameters: [id],
      handle: async ({ path }) => {
        await deps.alerting.outbox.discard(path['id'] ?? '')
        return json({})
      },
    },
  ]
}
