import { MARKDOWN } from '../../story/markup.ts'
import { secretOf } from '../http-config.ts'
import { notifierKind, wantExactlyOne } from '../kind.ts'
import { type MessengerContext, messenger, webAddress } from '../messenger.ts'
import type { Integration } from '../outcome.ts'
import { fitTeams, refusalInTeams } from '../teams-size.ts'
import { type MsteamsConfig, msteamsConfigSchema } from './config.ts'
import { MSTEAMS_OWN_TEMPLATES, MSTEAMS_TEMPLATES } from './templates.ts'

const COLOURS = { firing: '8C1A1A', resolved: '2DC72D' } as const

/**
 * Posts a message card to an Office 365 connector of Teams, which Microsoft is taking away:
 * `msteamsv2` is the way on.
 *
 * @see learn.microsoft.com/outlook/actionable-messages/message-card-reference
 */
function msteams(config: MsteamsConfig, index: number, context: MessengerContext): Integration {
  const about = {
    kind: 'msteams',
    what: 'Teams',
    index,
    sendsResolved: config.send_resolved,
    markup: MARKDOWN,
  }
  return messenger(about, context, async ({ text, secret, status }) => {
    const url = webAddress(await secret(secretOf(config.webhook_url, config.webhook_url_file)!))
    const body = fitTeams(text(config.text), (cut) => ({
      '@context': 'http://schema.org/extensions',
      type: 'MessageCard',
      title: text(config.title),
      summary: text(config.summary),
      text: cut,
      themeColor: COLOURS[status],
    }))
    return { url, http: config.http_config, secrets: [url], body, judge: refusalInTeams }
  })
}

export const MSTEAMS = notifierKind({
  name: 'msteams',
  schema: msteamsConfigSchema,
  templates: MSTEAMS_TEMPLATES,
  ownTemplates: MSTEAMS_OWN_TEMPLATES,
  build(config, index, context, check) {
    wantExactlyOne(config, ['webhook_url', 'webhook_url_file'], check)
    check.address(config.webhook_url, ['webhook_url'])
    for (const key of ['title', 'summary', 'text'] as const) check.template(config[key], [key])
    const webhook_url_file = check.beside(config.webhook_url_file)
    return msteams({ ...config, webhook_url_file }, index, context)
  },
})
