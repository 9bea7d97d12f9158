import { cutTo } from '../cut.ts'
import { secretOf } from '../http-config.ts'
import { notifierKind, wantExactlyOne } from '../kind.ts'
import { type Draft, type MessengerContext, filled, messenger } from '../messenger.ts'
import { multipart } from '../multipart.ts'
import type { Integration } from '../outcome.ts'
import { type PushoverConfig, pushoverConfigSchema } from './config.ts'
import { PUSHOVER_OWN_TEMPLATES, PUSHOVER_TEMPLATES } from './templates.ts'

/** pushover.net/api#limits and #attachments */
const PUSHOVER_LIMITS = {
  titleChars: 250,
  messageChars: 1024,
  urlChars: 512,
  urlTitleChars: 100,
  pictureBytes: 5_242_880,
} as const

const ADDRESS = 'https://api.pushover.net/1/messages.json'

/**
 * Posts a message. Alertmanager puts everything into the address, where proxies log it: here it is the
 * body.
 */
function pushover(
  config: PushoverConfig,
  index: number,
  context: MessengerContext,
  address = ADDRESS,
): Integration {
  const about = {
    kind: 'pushover',
    what: 'Pushover',
    index,
    sendsResolved: config.send_resolved,
    showsPicture: true,
  }
  return messenger(about, context, async (draft) => {
    const token = draft.exact(await draft.secret(secretOf(config.token, config.token_file)!))
    const user = draft.exact(await draft.secret(secretOf(config.user_key, config.user_key_file)!))
    const form = { token, user, ...formOf(config, draft) }
    const to = { url: address, http: config.http_config, secrets: [token, user] }
    const { picture } = draft
    if (picture === undefined || picture.png.byteLength > PUSHOVER_LIMITS.pictureBytes) {
      const body = new URLSearchParams(form).toString()
      return { ...to, body, contentType: 'application/x-www-form-urlencoded' }
    }
    const fields = Object.entries(form).map(([name, content]) => ({ name, content }))
    const content = picture.png
    const file = { name: 'attachment', file: 'series.png', type: 'image/png', content }
    return { ...to, ...multipart([...fields, file]) }
  })
}

export const PUSHOVER = notifierKind({
  name: 'pushover',
  schema: pushoverConfigSchema,
  templates: PUSHOVER_TEMPLATES,
  ownTemplates: PUSHOVER_OWN_TEMPLATES,
  build(config, index, context, check) {
    wantExactlyOne(config, ['user_key', 'user_key_file'], check)
    wantExactlyOne(config, ['token', 'token_file'], check)
    if (config.html && config.monospace) check.problem([], 'want at most one of html and monospace')
    for (const key of ['title', 'message', 'url', 'priority'] as const) {
      check.template(config[key], [key])
    }
    const [user_key_file, token_file] = [config.user_key_file, config.token_file].map((file) =>
      check.beside(file),
    )
    return pushover(
      { ...config, user_key_file: user_key_file!, token_file: token_file! },
      index,
      context,
    )
  },
})

function formOf(config: PushoverConfig, { exact, text, html }: Draft): Record<string, string> {
  const written = (config.html ? html : text)(config.message)
  const seconds = (ms: number): string => String(Math.floor(ms / 1000))
  return {
    title: cutTo(text(config.title), PUSHOVER_LIMITS.titleChars),
    // Pushover takes no empty message.
    message: cutTo(written, PUSHOVER_LIMITS.messageChars).trim() || '(no details)',
    priority: exact(config.priority),
    retry: seconds(config.retry),
    expire: seconds(config.expire),
    ...filled({
      url: cutTo(text(config.url), PUSHOVER_LIMITS.urlChars),
      url_title: cutTo(text(config.url_title), PUSHOVER_LIMITS.urlTitleChars),
      device: text(config.device),
      sound: text(config.sound),
      html: config.html ? '1' : '',
      monospace: config.monospace ? '1' : '',
      ttl: config.ttl >= 1000 ? seconds(config.ttl) : '',
    }),
  }
}
