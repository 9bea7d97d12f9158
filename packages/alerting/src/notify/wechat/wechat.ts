import { cutToBytes } from '../cut.ts'
import { globalOrOwn } from '../global-secret.ts'
import { secretOf } from '../http-config.ts'
import { notifierKind } from '../kind.ts'
import {
  type Ask,
  type Draft,
  type MessengerContext,
  conversation,
  filled,
  under,
} from '../messenger.ts'
import { type Integration, type Outcome, retryLater } from '../outcome.ts'
import { type WechatConfig, wechatConfigSchema } from './config.ts'
import { WECHAT_OWN_TEMPLATES, WECHAT_TEMPLATES } from './templates.ts'

/** developer.work.weixin.qq.com/document/path/90236: text and Markdown alike. */
const WECHAT_MESSAGE_BYTES = 2048

/** A token is good for two hours; taken anew a little earlier. */
const TOKEN_MS = 7_000_000
/** errcode: the token is not known, has expired. */
const TOKEN_GONE: ReadonlySet<number> = new Set([40_014, 42_001])
/** errcode: the service is busy, too many requests. */
const BUSY: ReadonlySet<number> = new Set([-1, 45_009, 45_033])

interface Token {
  readonly text: string
  readonly untilMs: number
}

/**
 * Sends a message of an app of WeCom (WeChat Work). The token that it takes is asked for once and kept
 * while it is good: asking too often is refused.
 */
function wechat(config: WechatConfig, index: number, context: MessengerContext): Integration {
  const about = { kind: 'wechat', what: 'WeChat', index, sendsResolved: config.send_resolved }
  let known: Token | undefined
  return conversation(about, context, async (draft, ask) => {
    const nowMs = context.clock.now()
    if (known === undefined || known.untilMs <= nowMs) {
      const asked = await askForToken(config, draft, ask)
      if (typeof asked !== 'string') return asked
      known = { text: asked, untilMs: nowMs + TOKEN_MS }
    }
    const answer = { code: 0 }
    const outcome = await sendMessage({ config, token: known.text, answer, ask }, draft)
    if (!TOKEN_GONE.has(answer.code)) return outcome
    known = undefined
    return retryLater(
      'Cannot notify by WeChat: the token is no longer good; a new one is asked for',
      0,
    )
  })
}

export const WECHAT = notifierKind({
  name: 'wechat',
  schema: wechatConfigSchema,
  templates: WECHAT_TEMPLATES,
  ownTemplates: WECHAT_OWN_TEMPLATES,
  build(given, index, context, check) {
    const { global } = context
    const config = {
      ...given,
      ...globalOrOwn(given, 'api_secret', global, 'wechat_api_secret', check),
      api_url: given.api_url || global.wechat_api_url,
      corp_id: given.corp_id || global.wechat_api_corp_id,
    }
    if (config.corp_id === '') {
      check.problem([], 'want a corp_id here, or wechat_api_corp_id in global')
    }
    check.address(config.api_url, ['api_url'])
    for (const key of ['message', 'to_user', 'to_party', 'to_tag', 'agent_id'] as const) {
      check.template(config[key], [key])
    }
    return wechat(config, index, context)
  },
})

interface Answer {
  readonly errcode?: number
  readonly access_token?: string
}

function readAnswer(text: string): Answer | undefined {
  try {
    return JSON.parse(text) as Answer
  } catch {
    return undefined
  }
}

/** The token, or why there is none. */
async function askForToken(
  config: WechatConfig,
  draft: Draft,
  ask: Ask,
): Promise<string | Outcome> {
  const apiSecret = await draft.secret(secretOf(config.api_secret, config.api_secret_file)!)
  const secret = draft.exact(apiSecret)
  const query = new URLSearchParams({ corpid: draft.exact(config.corp_id), corpsecret: secret })
  let token = ''
  const outcome = await ask({
    method: 'GET',
    url: `${under(config.api_url, 'gettoken')}?${query.toString()}`,
    http: config.http_config,
    secrets: [secret],
    judge: (text) => {
      const answer = readAnswer(text)
      token = answer?.access_token ?? ''
      if (token !== '') return { kind: 'sent' }
      return { kind: answer === undefined || BUSY.has(answer.errcode ?? 0) ? 'retry' : 'refused' }
    },
  })
  return outcome.kind === 'sent' ? token : outcome
}

interface Sending {
  readonly config: WechatConfig
  readonly token: string
  /** What it said, filled in. */
  readonly answer: { code: number }
  readonly ask: Ask
}

async function sendMessage(
  { config, token, answer, ask }: Sending,
  { exact, text }: Draft,
): Promise<Outcome> {
  const content = cutToBytes(text(config.message), WECHAT_MESSAGE_BYTES)
  const isMarkdown = config.message_type === 'markdown'
  const message = {
    text: { content: isMarkdown ? '' : content },
    markdown: { content: isMarkdown ? content : '' },
    ...filled({
      touser: exact(config.to_user),
      toparty: exact(config.to_party),
      totag: exact(config.to_tag),
      agentid: exact(config.agent_id),
    }),
    safe: '0',
    msgtype: config.message_type,
  }
  return ask({
    url: `${under(config.api_url, 'message/send')}?${new URLSearchParams({ access_token: token }).toString()}`,
    http: config.http_config,
    secrets: [token],
    body: JSON.stringify(message),
    judge: (text) => {
      const { errcode } = readAnswer(text) ?? {}
      answer.code = errcode ?? 0
      if (errcode === 0) return { kind: 'sent' }
      return { kind: errcode === undefined || BUSY.has(errcode) ? 'retry' : 'refused' }
    },
  })
}
