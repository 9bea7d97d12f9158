import { MARKDOWN } from '../../story/markup.ts'
import { cutToBytes } from '../cut.ts'
import { notifierKind } from '../kind.ts'
import { type MessengerContext, filled, messenger } from '../messenger.ts'
import { multipart } from '../multipart.ts'
import type { Integration } from '../outcome.ts'
import { type WebexConfig, webexConfigSchema } from './config.ts'
import { WEBEX_OWN_TEMPLATES, WEBEX_TEMPLATES } from './templates.ts'

/** developer.webex.com/docs/api/v1/messages/create-a-message */
export const WEBEX_MESSAGE_BYTES = 7439

function webex(config: WebexConfig, index: number, context: MessengerContext): Integration {
  const about = {
    kind: 'webex',
    what: 'Webex',
    index,
    sendsResolved: config.send_resolved,
    markup: MARKDOWN,
    showsPicture: true,
  }
  return messenger(about, context, async ({ exact, text, picture }) => {
    const markdown = cutToBytes(text(config.message), WEBEX_MESSAGE_BYTES)
    const message = { markdown, ...filled({ roomId: exact(config.room_id) }) }
    const to = { url: config.api_url, http: config.http_config, secrets: [] }
    if (picture === undefined) return { ...to, body: JSON.stringify(message) }
    const fields = Object.entries(message).map(([name, content]) => ({ name, content }))
    const file = { name: 'files', file: 'series.png', type: 'image/png', content: picture.png }
    return { ...to, ...multipart([...fields, file]) }
  })
}

export const WEBEX = notifierKind({
  name: 'webex',
  schema: webexConfigSchema,
  templates: WEBEX_TEMPLATES,
  ownTemplates: WEBEX_OWN_TEMPLATES,
  build(given, index, context, check) {
    const config = { ...given, api_url: given.api_url || context.global.webex_api_url }
    check.address(config.api_url, ['api_url'])
    check.template(config.message, ['message'])
    check.template(config.room_id, ['room_id'])
    if (config.room_id === '') check.problem([], 'want a room_id')
    if (config.http_config?.authorization === undefined) {
      check.problem([], 'want http_config.authorization: the token of the bot')
    }
    return webex(config, index, context)
  },
})
