import { WeirError } from '@weir/model'
import type { HttpDeps } from './deps.ts'
import { type Route, segment } from './route.ts'

/** `/api/weir/v1/pictures/…`: what notifications link to. The name is the key; nobody can guess it. */
export function pictureRoutes(deps: HttpDeps): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/api/weir/v1/pictures/:file',
      access: 'read',
      summary: 'The picture of a notification, as PNG, while it is kept',
      parameters: [segment('file', 'As in the link: 32 hexadecimal digits and `.png`')],
      handle: (call) => {
        const id = /^([\da-f]{32})\.png$/.exec(call.path['file'] ?? '')?.[1]
        const png = id === undefined ? undefined : deps.picture(id)
        if (png === undefined) {
          throw new WeirError(
            'HTTP_NOT_FOUND',
            'Cannot find this picture: pictures of notifications are kept for a time, and only until Weir is restarted',
          )
        }
        const headers = {
          'content-type': 'image/png',
          'cross-origin-resource-policy': 'cross-origin', // messengers show it on their own pages
          'cache-control': 'public, max-age=86400, immutable',
        }
        return { status: 200, headers, body: png }
      },
    },
  ]
}
