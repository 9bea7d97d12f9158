import type { Composer } from '../composer.ts'
import { cutTo } from '../cut.ts'
import type { SlackConfig } from './config.ts'

/**
 * Title: docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments. Text:
 * docs.slack.dev/reference/methods/chat.postMessage, which cuts what is longer.
 */
const SLACK_LIMITS = { titleChars: 1024, textChars: 40_000, actions: 5 } as const

export interface SlackMessage {
  readonly channel?: string
  readonly attachments: readonly object[]
  readonly [key: string]: unknown
}

export function messageOf(
  config: SlackConfig,
  composer: Composer,
  isStrict: boolean,
): SlackMessage {
  const text = (template: string): string => cutTo(composer.text(template), SLACK_LIMITS.textChars)
  return {
    ...present({
      channel: text(config.channel),
      username: text(config.username),
      icon_emoji: text(config.icon_emoji),
      icon_url: text(config.icon_url),
    }),
    ...(config.link_names ? { link_names: true } : {}),
    ...present({ text: text(config.message_text) }),
    attachments: [attachmentOf(config, composer, text, isStrict)],
  }
}

type Fill = (template: string) => string

function attachmentOf(
  config: SlackConfig,
  composer: Composer,
  text: Fill,
  isStrict: boolean,
): object {
  const fields = config.fields.map(({ title, value, short = config.short_fields }) => ({
    title: text(title),
    value: text(value),
    short,
  }))
  const actions = config.actions.slice(0, SLACK_LIMITS.actions).map((one) => actionOf(one, text))
  const mrkdwn_in = config.mrkdwn_in.length > 0 ? config.mrkdwn_in : MARKED_TEXTS
  return {
    ...present({
      title: cutTo(composer.text(config.title), SLACK_LIMITS.titleChars),
      title_link: text(config.title_link),
      pretext: text(config.pretext),
    }),
    text: text(config.text),
    fallback: text(config.fallback),
    callback_id: text(config.callback_id),
    ...(fields.length > 0 ? { fields } : {}),
    ...(actions.length > 0 ? { actions } : {}),
    ...present({
      image_url: text(config.image_url) || pictureUrl(composer, isStrict),
      thumb_url: text(config.thumb_url),
    }),
    footer: text(config.footer),
    ...present({ color: composer.field(config.color, () => 'danger') }),
    mrkdwn_in,
  }
}

const MARKED_TEXTS: readonly string[] = ['fallback', 'pretext', 'text']

/** Slack's servers fetch it, by https or not at all. */
function pictureUrl({ picture }: Composer, isStrict: boolean): string {
  return !isStrict && picture?.url.startsWith('https://') === true ? picture.url : ''
}

/** A link, or a button with a name; a link has neither value nor confirmation. */
function actionOf(action: SlackConfig['actions'][number], text: Fill): object {
  const { confirm } = action
  const isLink = action.url !== ''
  return {
    ...present({
      type: text(action.type),
      text: text(action.text),
      url: text(action.url),
      style: text(action.style),
      name: isLink ? '' : text(action.name),
      value: isLink ? '' : text(action.value),
    }),
    ...(confirm === undefined || isLink
      ? {}
      : {
          confirm: present({
            text: text(confirm.text),
            title: text(confirm.title),
            ok_text: text(confirm.ok_text),
            dismiss_text: text(confirm.dismiss_text),
          }),
        }),
  }
}

function present(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''))
}
