import { MARKDOWN } from '../../story/markup.ts'
import { cutTo } from '../cut.ts'
import { secretOf } from '../http-config.ts'
import { notifierKind, wantExactlyOne } from '../kind.ts'
import {
  type Draft,
  type Letter,
  type MessengerContext,
  filled,
  messenger,
  webAddress,
} from '../messenger.ts'
import { multipart } from '../multipart.ts'
import type { Integration } from '../outcome.ts'
import type { Picture } from '../picture.ts'
import { type DiscordConfig, discordConfigSchema } from './config.ts'
import { DISCORD_OWN_TEMPLATES, DISCORD_TEMPLATES } from './templates.ts'

/** discord.com/developers/docs/resources/message#embed-object-embed-limits, and of `content`. */
export const DISCORD_LIMITS = {
  titleChars: 256,
  descriptionChars: 4096,
  contentChars: 2000,
} as const

const COLOURS = { firing: 0x992d22, resolved: 0x2ecc71 } as const

/**
 * Posts an embed to a webhook. A picture goes along as a file of the same request, so Discord needs no
 * way to this Weir.
 */
function discord(config: DiscordConfig, index: number, context: MessengerContext): Integration {
  const about = {
    kind: 'discord',
    what: 'Discord',
    index,
    sendsResolved: config.send_resolved,
    markup: MARKDOWN,
    showsPicture: true,
  }
  return messenger(about, context, async (draft): Promise<Letter> => {
    const url = webAddress(
      await draft.secret(secretOf(config.webhook_url, config.webhook_url_file)!),
    )
    const { picture } = draft
    const message = messageOf(config, draft, picture)
    const to = { url, http: config.http_config, secrets: [url] }
    if (picture === undefined) return { ...to, body: JSON.stringify(message) }
    const file = { name: 'files[0]', file: FILE_NAME, type: 'image/png', content: picture.png }
    return {
      ...to,
      ...multipart([{ name: 'payload_json', content: JSON.stringify(message) }, file]),
    }
  })
}

export const DISCORD = notifierKind({
  name: 'discord',
  schema: discordConfigSchema,
  templates: DISCORD_TEMPLATES,
  ownTemplates: DISCORD_OWN_TEMPLATES,
  build(config, index, context, check) {
    wantExactlyOne(config, ['webhook_url', 'webhook_url_file'], check)
    check.address(config.webhook_url, ['webhook_url'])
    for (const key of ['title', 'message', 'content'] as const) check.template(config[key], [key])
    const webhook_url_file = check.beside(config.webhook_url_file)
    return discord({ ...config, webhook_url_file }, index, context)
  },
})

const FILE_NAME = 'series.png'

function messageOf(config: DiscordConfig, draft: Draft, picture: Picture | undefined): object {
  const { text, status } = draft
  const image = {
    image: { url: `attachment://${FILE_NAME}` },
  }
  return {
    content: cutTo(text(config.content), DISCORD_LIMITS.contentChars),
    embeds: [
      {
        title: cutTo(text(config.title), DISCORD_LIMITS.titleChars),
        description: cutTo(text(config.message), DISCORD_LIMITS.descriptionChars),
        color: COLOURS[status],
        ...(picture === undefined ? {} : image),
      },
    ],
    ...(picture === undefined
      ? {}
      : { attachments: [{ id: 0, filename: FILE_NAME, description: cutTo(picture.alt, 1024) }] }),
    ...filled({ username: config.username, avatar_url: config.avatar_url }),
  }
}
