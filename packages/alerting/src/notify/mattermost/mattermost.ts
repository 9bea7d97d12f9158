import { MARKDOWN } from '../../story/markup.ts'
import { cutTo } from '../cut.ts'
import { secretOf } from '../http-config.ts'
import { type ConfigCheck, notifierKind } from '../kind.ts'
import { type Draft, type MessengerContext, filled, messenger, webAddress } from '../messenger.ts'
import type { Integration } from '../outcome.ts'
import { globalOrOwn } from '../global-secret.ts'
import {
  type MattermostAttachment,
  type MattermostConfig,
  mattermostConfigSchema,
} from './config.ts'
import { MATTERMOST_OWN_TEMPLATES, MATTERMOST_TEMPLATES } from './templates.ts'

/** developers.mattermost.com/integrate/webhooks/incoming/#tips-and-best-practices */
export const MATTERMOST_TEXT_CHARS = 16_383

/** Posts to an incoming webhook of Mattermost. */
function mattermost(
  config: MattermostConfig,
  index: number,
  context: MessengerContext,
): Integration {
  const about = {
    kind: 'mattermost',
    what: 'Mattermost',
    index,
    sendsResolved: config.send_resolved,
    markup: MARKDOWN,
    showsPicture: true,
  }
  return messenger(about, context, async (draft) => {
    const url = webAddress(
      await draft.secret(secretOf(config.webhook_url, config.webhook_url_file)!),
    )
    const body = JSON.stringify(messageOf(config, draft))
    return { url, http: config.http_config, secrets: [url], body }
  })
}

export const MATTERMOST = notifierKind({
  name: 'mattermost',
  schema: mattermostConfigSchema,
  templates: MATTERMOST_TEMPLATES,
  ownTemplates: MATTERMOST_OWN_TEMPLATES,
  build(given, index, context, check) {
    const config = {
      ...given,
      ...globalOrOwn(given, 'webhook_url', context.global, 'mattermost_webhook_url', check),
    }
    check.address(config.webhook_url, ['webhook_url'])
    checkTexts(config, check)
    return mattermost(config, index, context)
  },
})

function checkTexts(config: MattermostConfig, check: ConfigCheck): void {
  const lists = [
    ['fields', config.fields] as const,
    ...config.attachments.map((one, i) => [`attachments[${i}].fields`, one.fields] as const),
  ]
  for (const [at, fields] of lists) {
    for (const { title, value } of fields) {
      if (title === '' || value === '')
        check.problem([at], 'want a title and a value in each field')
    }
  }
  for (const key of ['title', 'text', 'pretext', 'fallback', 'channel'] as const) {
    check.template(config[key], [key])
  }
}

function messageOf(config: MattermostConfig, draft: Draft): object {
  const expand = draft.text
  const text = cutTo(expand(config.text), MATTERMOST_TEXT_CHARS)
  const hasAttachments = config.attachments.length > 0
  const { picture } = draft
  const own = { ...config, image_url: config.image_url || (picture?.url ?? '') }
  const attachments = hasAttachments
    ? config.attachments.map((one) => attachmentOf(one, expand(one.text), expand))
    : [attachmentOf(own, text, expand)]
  return {
    ...filled({
      text: hasAttachments ? text : '',
      channel: draft.exact(config.channel),
      username: expand(config.username),
      icon_url: expand(config.icon_url),
      icon_emoji: expand(config.icon_emoji),
      type: expand(config.type),
    }),
    attachments,
    ...(config.props.card === '' ? {} : { props: { card: expand(config.props.card) } }),
    ...priorityOf(config, expand),
  }
}

function attachmentOf(
  attachment: Omit<MattermostAttachment, 'text'>,
  text: string,
  expand: Draft['text'],
): object {
  const { fields, fallback, color, pretext, title, title_link, image_url, thumb_url } = attachment
  const { author_name, author_link, author_icon, footer, footer_icon } = attachment
  const templates = {
    fallback,
    color,
    pretext,
    author_name,
    author_link,
    author_icon,
    title,
    title_link,
    thumb_url,
    footer,
    footer_icon,
    image_url,
  }
  const texts = Object.entries(templates).map(([name, one]) => [name, expand(one)])
  const written = fields.map(({ title: name, value, short }) => ({
    title: expand(name),
    value: expand(value),
    ...(short === undefined ? {} : { short }),
  }))
  return {
    ...filled({ text: cutTo(text, MATTERMOST_TEXT_CHARS), ...Object.fromEntries(texts) }),
    ...(written.length === 0 ? {} : { fields: written }),
  }
}

const PRIORITIES: ReadonlySet<string> = new Set(['urgent', 'important', 'standard'])

/** Acknowledgements go with urgent and important messages only, persistent ones with urgent ones. */
function priorityOf({ priority: given }: MattermostConfig, expand: Draft['text']): object {
  if (given.priority === '') return {}
  const named = expand(given.priority).toLowerCase()
  const priority = PRIORITIES.has(named) ? named : 'standard'
  return {
    priority: {
      priority,
      ...(given.requested_ack && priority !== 'standard' ? { requested_ack: true } : {}),
      ...(given.persistent_notifications && priority === 'urgent'
        ? { persistent_notifications: true }
        : {}),
    },
  }
}
