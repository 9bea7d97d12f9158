import { MARKDOWN } from '../../story/markup.ts'
import { cutTo } from '../cut.ts'
import { globalOrOwn } from '../global-secret.ts'
import { secretOf } from '../http-config.ts'
import { notifierKind } from '../kind.ts'
import { type Draft, type MessengerContext, filled, messenger, under } from '../messenger.ts'
import type { Integration } from '../outcome.ts'
import { type RocketchatConfig, rocketchatConfigSchema } from './config.ts'
import { ROCKETCHAT_OWN_TEMPLATES, ROCKETCHAT_TEMPLATES } from './templates.ts'

/** As Alertmanager has it; Rocket.Chat's own limit (Message_MaxAllowedSize) is 5,000 unless its owner changed it. */
const ROCKETCHAT_TITLE_CHARS = 1024

/** @see developer.rocket.chat/apidocs/post-message */
function rocketchat(
  config: RocketchatConfig,
  index: number,
  context: MessengerContext,
): Integration {
  const about = {
    kind: 'rocketchat',
    what: 'Rocket.Chat',
    index,
    sendsResolved: config.send_resolved,
    markup: MARKDOWN,
    showsPicture: true,
  }
  return messenger(about, context, async (draft) => {
    const token = await draft.secret(secretOf(config.token, config.token_file)!)
    const user = await draft.secret(secretOf(config.token_id, config.token_id_file)!)
    return {
      url: under(config.api_url, 'api/v1/chat.postMessage'),
      http: config.http_config,
      headers: { 'x-user-id': user, 'x-auth-token': token },
      secrets: [token, user],
      body: JSON.stringify(messageOf(config, draft)),
      judge: (text) => ({ kind: isSuccess(text) ? 'sent' : 'refused' }),
    }
  })
}

export const ROCKETCHAT = notifierKind({
  name: 'rocketchat',
  schema: rocketchatConfigSchema,
  templates: ROCKETCHAT_TEMPLATES,
  ownTemplates: ROCKETCHAT_OWN_TEMPLATES,
  build(given, index, context, check) {
    const { global } = context
    const config = {
      ...given,
      ...globalOrOwn(given, 'token', global, 'rocketchat_token', check),
      ...globalOrOwn(given, 'token_id', global, 'rocketchat_token_id', check),
      api_url: given.api_url || global.rocketchat_api_url,
    }
    check.address(config.api_url, ['api_url'])
    for (const key of ['channel', 'title', 'text', 'color'] as const)
      check.template(config[key], [key])
    return rocketchat(config, index, context)
  },
})

/** It says no with a 200 too. */
function isSuccess(text: string): boolean {
  try {
    return (JSON.parse(text) as { readonly success?: unknown }).success === true
  } catch {
    return false
  }
}

function messageOf(config: RocketchatConfig, draft: Draft): object {
  const expand = draft.text
  const fields = config.fields.map(({ title, value, short }) => ({
    title: expand(title),
    value: expand(value),
    short: short ?? config.short_fields,
  }))
  const actions = config.actions.map(({ text, url, msg }) => ({
    type: 'button',
    ...filled({ text: expand(text), url: expand(url), msg: expand(msg) }),
    is_webview: false,
    msg_in_chat_window: false,
  }))
  return {
    ...filled({
      channel: draft.exact(config.channel),
      emoji: expand(config.emoji),
      avatar: expand(config.icon_url),
    }),
    attachments: [
      {
        ...filled({
          title: cutTo(expand(config.title), ROCKETCHAT_TITLE_CHARS),
          title_link: expand(config.title_link),
          text: expand(config.text),
          image_url: expand(config.image_url) || draft.picture?.url,
          thumb_url: expand(config.thumb_url),
          color: expand(config.color),
        }),
        ...(fields.length === 0 ? {} : { fields }),
        ...(actions.length === 0 ? {} : { actions }),
      },
    ],
  }
}
