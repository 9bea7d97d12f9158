import { HTML, type Markup, PLAIN, TELEGRAM_V1, TELEGRAM_V2 } from '../../story/markup.ts'
import { cutTo } from '../cut.ts'
import { globalOrOwn } from '../global-secret.ts'
import { secretOf } from '../http-config.ts'
import { notifierKind } from '../kind.ts'
import {
  type Ask,
  type Draft,
  type Letter,
  type MessengerContext,
  conversation,
  under,
} from '../messenger.ts'
import { multipart } from '../multipart.ts'
import type { Integration, Outcome } from '../outcome.ts'
import type { Picture } from '../picture.ts'
import { type TelegramConfig, telegramConfigSchema } from './config.ts'
import { TELEGRAM_OWN_TEMPLATES, TELEGRAM_TEMPLATES, defaultMessage } from './templates.ts'

/** core.telegram.org/bots/api#sendmessage and #sendphoto; without the markup, which we cannot count. */
const TELEGRAM_LIMITS = { messageChars: 4096, captionChars: 1024 } as const

/**
 * Sends a message by a bot. With a picture it is the picture's caption, if it is short enough; where
 * the bot may not send pictures, the text goes alone.
 */
function telegram(config: TelegramConfig, index: number, context: MessengerContext): Integration {
  const about = {
    kind: 'telegram',
    what: 'Telegram',
    index,
    sendsResolved: config.send_resolved,
    markup: MARKUPS[config.parse_mode],
    showsPicture: true,
  }
  return conversation(about, context, async (draft, ask) => {
    const token = await draft.secret(secretOf(config.bot_token, config.bot_token_file)!)
    const chat = await chatOf(config, draft)
    const text = messageOf(config, draft)
    const bot: Bot = { config, token, chat, ask }
    if (text.length > TELEGRAM_LIMITS.captionChars) return sendMessage(bot, text)
    const { picture } = draft
    if (picture === undefined) return sendMessage(bot, text)
    const outcome = await sendPhoto(bot, text, picture)
    return outcome.kind === 'refused' ? sendMessage(bot, text) : outcome
  })
}

export const TELEGRAM = notifierKind({
  name: 'telegram',
  schema: telegramConfigSchema,
  templates: TELEGRAM_TEMPLATES,
  ownTemplates: TELEGRAM_OWN_TEMPLATES,
  build(given, index, context, check) {
    const { chat_id, chat_id_file } = given
    if ((chat_id === 0) === (chat_id_file === '')) {
      check.problem([], 'want exactly one of chat_id and chat_id_file')
    }
    const config = {
      ...given,
      ...globalOrOwn(given, 'bot_token', context.global, 'telegram_bot_token', check),
      chat_id_file: check.beside(chat_id_file),
      api_url: given.api_url || context.global.telegram_api_url,
    }
    check.address(config.api_url, ['api_url'])
    if (config.message !== undefined) check.template(config.message, ['message'])
    return telegram(config, index, context)
  },
})

const MARKUPS: Readonly<Record<TelegramConfig['parse_mode'], Markup>> = {
  HTML,
  Markdown: TELEGRAM_V1,
  MarkdownV2: TELEGRAM_V2,
  '': PLAIN,
}

interface Bot {
  readonly config: TelegramConfig
  readonly token: string
  readonly chat: string
  readonly ask: Ask
}

async function chatOf({ chat_id, chat_id_file }: TelegramConfig, draft: Draft): Promise<string> {
  if (chat_id_file === '') return String(chat_id)
  const text = await draft.secret({ kind: 'file', path: chat_id_file })
  if (/^-?\d+$/.test(text)) return text
  throw new Error(`want a number in ${chat_id_file}`)
}

const TOO_LONG =
  'The message about these alerts is longer than Telegram takes, and cannot be cut without breaking its markup. Look at the page.'

/** Markup cannot be cut anywhere: what is too long in HTML is replaced, as Alertmanager does. */
function messageOf(config: TelegramConfig, draft: Draft): string {
  const message = config.message ?? defaultMessage(config.parse_mode)
  if (config.parse_mode !== 'HTML') {
    return cutTo(draft.text(message), TELEGRAM_LIMITS.messageChars)
  }
  const text = draft.html(message)
  return Array.from(text).length > TELEGRAM_LIMITS.messageChars ? TOO_LONG : text
}

function sendMessage(bot: Bot, text: string): Promise<Outcome> {
  const { config, chat } = bot
  const body = JSON.stringify({
    chat_id: chat,
    text,
    disable_web_page_preview: true,
    ...(config.parse_mode === '' ? {} : { parse_mode: config.parse_mode }),
    ...(config.disable_notifications ? { disable_notification: true } : {}),
    ...(config.message_thread_id === 0 ? {} : { message_thread_id: config.message_thread_id }),
  })
  return bot.ask(letter(bot, 'sendMessage', { body }))
}

function sendPhoto(bot: Bot, caption: string, picture: Picture): Promise<Outcome> {
  const { config, chat } = bot
  const fields = [
    ['chat_id', chat],
    ['caption', caption],
    ['parse_mode', config.parse_mode],
    ['disable_notification', config.disable_notifications ? 'true' : ''],
    ['message_thread_id', config.message_thread_id === 0 ? '' : String(config.message_thread_id)],
  ] as const
  const texts = fields
    .filter(([, content]) => content !== '')
    .map(([name, content]) => ({ name, content }))
  const photo = { name: 'photo', file: 'series.png', type: 'image/png', content: picture.png }
  return bot.ask(letter(bot, 'sendPhoto', multipart([...texts, photo])))
}

function letter(
  { config, token }: Bot,
  method: string,
  body: Pick<Letter, 'body' | 'contentType'>,
): Letter {
  return {
    url: under(config.api_url, `bot${token}/${method}`),
    http: config.http_config,
    secrets: [token],
    ...body,
    judge: (text) => ({ kind: /"ok"\s*:\s*true/.test(text) ? 'sent' : 'refused' }),
    retryAfter: secondsAskedFor,
  }
}

/** `{"ok":false,"error_code":429,"parameters":{"retry_after":31}}` */
function secondsAskedFor(text: string): number | undefined {
  const seconds = /"retry_after"\s*:\s*(\d+)/.exec(text)?.[1]
  return seconds === undefined ? undefined : Number(seconds)
}
