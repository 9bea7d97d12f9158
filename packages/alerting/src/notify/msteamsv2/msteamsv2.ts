import { MARKDOWN } from '../../story/markup.ts'
import { secretOf } from '../http-config.ts'
import { notifierKind, wantExactlyOne } from '../kind.ts'
import { type MessengerContext, messenger, webAddress } from '../messenger.ts'
import type { Integration } from '../outcome.ts'
import { isReachable } from '../picture-address.ts'
import type { Picture } from '../picture.ts'
import { fitTeams } from '../teams-size.ts'
import { type MsteamsV2Config, msteamsv2ConfigSchema } from './config.ts'
import { MSTEAMSV2_OWN_TEMPLATES, MSTEAMSV2_TEMPLATES } from './templates.ts'

const COLOURS = { firing: 'Attention', resolved: 'Good' } as const

/**
 * Posts an adaptive card to a workflow of Teams ("when a webhook request is received").
 *
 * @see learn.microsoft.com/connectors/teams/#adaptivecarditemschema
 */
function msteamsv2(config: MsteamsV2Config, index: number, context: MessengerContext): Integration {
  const about = {
    kind: 'msteamsv2',
    what: 'Teams',
    index,
    sendsResolved: config.send_resolved,
    markup: MARKDOWN,
    showsPicture: true,
  }
  return messenger(about, context, async ({ text, secret, picture, status }) => {
    const url = webAddress(await secret(secretOf(config.webhook_url, config.webhook_url_file)!))
    const title = {
      type: 'TextBlock',
      text: text(config.title),
      weight: 'Bolder',
      size: 'Medium',
      wrap: true,
      style: 'heading',
      color: COLOURS[status],
    }
    const images = imageOf(picture)
    const body = fitTeams(text(config.text), (cut) =>
      cardMessage([title, { type: 'TextBlock', text: cut, wrap: true }, ...images]),
    )
    return { url, http: config.http_config, secrets: [url], body }
  })
}

export const MSTEAMSV2 = notifierKind({
  name: 'msteamsv2',
  schema: msteamsv2ConfigSchema,
  templates: MSTEAMSV2_TEMPLATES,
  ownTemplates: MSTEAMSV2_OWN_TEMPLATES,
  build(config, index, context, check) {
    wantExactlyOne(config, ['webhook_url', 'webhook_url_file'], check)
    check.address(config.webhook_url, ['webhook_url'])
    for (const key of ['title', 'text'] as const) check.template(config[key], [key])
    const webhook_url_file = check.beside(config.webhook_url_file)
    return msteamsv2({ ...config, webhook_url_file }, index, context)
  },
})

function cardMessage(body: readonly object[]): object {
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.2',
    body,
    msteams: { width: 'full' },
  }
  return {
    type: 'message',
    attachments: [
      { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content },
    ],
  }
}

/** Microsoft's servers fetch it: a picture that they cannot reach would be a hole in the card. */
function imageOf(picture: Picture | undefined): object[] {
  if (picture === undefined || !isReachable(picture.url)) return []
  return [{ type: 'Image', url: picture.url, altText: picture.alt, size: 'Stretch' }]
}
