import type { NotificationFacts } from '../../template/notification-data.ts'
import { compose } from '../composer.ts'
import { type Secret, readSecret, secretOf } from '../http-config.ts'
import { type ConfigCheck, type NotifierContext, notifierKind, wantAtMostOne } from '../kind.ts'
import { type Integration, type Note, type Outcome, refused } from '../outcome.ts'
import { type Verdict, post } from '../post.ts'
import { unwritten } from '../unwritten.ts'
import { type SlackConfig, slackConfigSchema } from './config.ts'
import { type SlackMessage, messageOf } from './message.ts'
import { OWN_SLACK_TEMPLATES, SLACK_TEMPLATES } from './templates.ts'

const TIMEOUT_MS = 30_000

type Context = Pick<NotifierContext, 'fetch' | 'clock' | 'templates' | 'pictures' | 'strictCompat'>

/** How Slack is reached: the address of an incoming webhook, or a bot's token and the API. */
export type SlackDoor =
  | { readonly kind: 'webhook'; readonly url: Secret }
  | { readonly kind: 'app'; readonly token: Secret; readonly url: string }

/**
 * Posts a message with one attachment. With `update_message` and a bot's token, later messages of a
 * group edit the first one; where Slack does not let it be edited any more, a new one is posted.
 *
 * @see docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, docs.slack.dev/reference/methods/chat.postMessage
 */
export function slack(
  config: SlackConfig,
  index: number,
  context: Context,
  door: SlackDoor,
): Integration {
  const send = async (
    facts: NotificationFacts,
    signal: AbortSignal,
    note?: Note,
  ): Promise<Outcome> => {
    const composer = await compose(facts, context, signal)
    let url: string
    let token = ''
    let message: SlackMessage
    try {
      url = door.kind === 'app' ? door.url : await readSecret(door.url)
      if (door.kind === 'app') token = await readSecret(door.token)
      message = messageOf(config, composer, context.strictCompat === true)
    } catch (cause) {
      return unwritten('Slack', cause)
    }
    if (!URL.canParse(url)) return refused('Cannot notify by Slack: its address is not one')
    const ask = (to: string, body: SlackMessage): Promise<Outcome> =>
      post(
        {
          what: 'Slack',
          url: to,
          body: JSON.stringify(body),
          headers: token === '' ? {} : { authorization: `Bearer ${token}` },
          timeoutMs: config.timeout || TIMEOUT_MS,
          http: config.http_config,
          secrets: [url, token],
          judge: (text) => verdictOf(text, config.update_message),
        },
        context,
        signal,
      )
    const { channel, ts } = note ?? {}
    if (!config.update_message || channel === undefined || ts === undefined) {
      return ask(url, message)
    }
    const edited = await ask(updateUrl(url), { ...message, channel, ts })
    return edited.kind === 'refused' ? ask(url, message) : edited
  }
  return { kind: 'slack', index, sendsResolved: config.send_resolved, send }
}

/** `…/api/chat.postMessage` → `…/api/chat.update` */
function updateUrl(url: string): string {
  return url.replace(/chat\.postMessage(?=$|\?)/, 'chat.update')
}

/** Errors in a 200 that go away by themselves, by the pages of chat.postMessage and chat.update. */
const PASSING: ReadonlySet<string> = new Set([
  'fatal_error',
  'internal_error',
  'ratelimited',
  'rate_limited',
  'request_timeout',
  'service_unavailable',
])

/** A webhook answers `ok`; the API a JSON object that says so, and where the message is. */
function verdictOf(text: string, isUpdatable: boolean): Verdict {
  if (text === 'ok') return { kind: 'sent' }
  const answer = answerOf(text)
  if (answer?.ok !== true) {
    return { kind: PASSING.has(String(answer?.error)) ? 'retry' : 'refused' }
  }
  const { channel, ts } = answer
  return isUpdatable && typeof channel === 'string' && typeof ts === 'string'
    ? { kind: 'sent', note: { channel, ts } }
    : { kind: 'sent' }
}

interface SlackAnswer {
  readonly ok?: unknown
  readonly error?: unknown
  readonly channel?: unknown
  readonly ts?: unknown
}

/**
 * The network hands over the start of an answer only, and the API repeats the message in its end:
 * what is cut off is read for what stands in front.
 */
function answerOf(text: string): SlackAnswer | undefined {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    const [start] = text.split(',"message":', 1)
    if (start === undefined || start === text) return undefined
    return answerOf(`${start}}`)
  }
}

export const SLACK = notifierKind({
  name: 'slack',
  schema: slackConfigSchema,
  templates: SLACK_TEMPLATES,
  ownTemplates: OWN_SLACK_TEMPLATES,
  build(config, index, context, check) {
    checkTexts(config, check)
    return slack(config, index, context, doorOf(config, context, check))
  },
})

/** The config's own token or address, else those of `global`: a token goes before an address. */
function doorOf(config: SlackConfig, { global }: NotifierContext, check: ConfigCheck): SlackDoor {
  wantAtMostOne(config, ['api_url', 'api_url_file'], check)
  wantAtMostOne(config, ['app_token', 'app_token_file'], check)
  check.address(config.api_url, ['api_url'])
  check.address(config.app_url, ['app_url'])
  const app_url = config.app_url || global.slack_app_url
  const url = secretOf(config.api_url, check.beside(config.api_url_file))
  const token = secretOf(config.app_token, check.beside(config.app_token_file))
  if (url !== undefined && token !== undefined && config.api_url !== app_url) {
    check.problem([], 'want a token of an app or an api_url, not both')
  }
  const authorized = config.http_config?.authorization !== undefined
  if (token !== undefined && authorized) {
    check.problem(['http_config', 'authorization'], 'the token of the app stands in this place')
  }
  const globalToken =
    url === undefined && !authorized
      ? secretOf(global.slack_app_token, check.beside(global.slack_app_token_file))
      : undefined
  const found = token ?? globalToken
  if (found !== undefined) {
    if (config.channel === '' && app_url.startsWith('https://slack.com/')) {
      check.problem([], 'an app wants to know the channel')
    }
    return { kind: 'app', token: found, url: app_url }
  }
  if (config.update_message && !authorized) {
    check.problem(['update_message'], 'only an app (app_token) can edit its messages')
  }
  const globalUrl = secretOf(global.slack_api_url, check.beside(global.slack_api_url_file))
  if (url === undefined && globalUrl === undefined) {
    check.problem([], 'want api_url or app_token, or one of their files, here or in global')
  }
  return { kind: 'webhook', url: url ?? globalUrl ?? { kind: 'text', text: '' } }
}

function checkTexts(config: SlackConfig, check: ConfigCheck): void {
  config.fields.forEach(({ title, value }, i) => {
    if (title === '' || value === '') check.problem(['fields', i], 'want a title and a value')
  })
  config.actions.forEach(({ type, text, url, name, confirm }, i) => {
    const at = ['actions', i]
    if (type === '' || text === '') check.problem(at, 'want a type and a text')
    if (url === '' && name === '') check.problem(at, 'want a url or a name')
    if (confirm?.text === '') check.problem([...at, 'confirm'], 'want a text')
  })
}
