import { tlsConfig } from '@weir/fetch'
import { z } from 'zod'
import { booleanValue, durationValue, textValue } from '../config-values.ts'
import { httpConfigSchema, typedTls } from './http-config.ts'

const text = textValue.default('')

/** `global`: what receivers use that do not say themselves. Keys and defaults are Alertmanager's. */
export const globalSchema = z.strictObject({
  resolve_timeout: durationValue.default(300_000),
  http_config: httpConfigSchema.optional(),
  smtp_from: text,
  smtp_smarthost: text,
  smtp_hello: textValue.default('localhost'),
  smtp_auth_username: text,
  smtp_auth_password: text,
  smtp_auth_password_file: text,
  smtp_auth_secret: text,
  smtp_auth_secret_file: text,
  smtp_auth_identity: text,
  smtp_require_tls: booleanValue.default(true),
  smtp_tls_config: z.preprocess(typedTls, tlsConfig.optional()),
  smtp_force_implicit_tls: booleanValue.optional(),
  slack_api_url: text,
  slack_api_url_file: text,
  slack_app_token: text,
  slack_app_token_file: text,
  slack_app_url: textValue.default('https://slack.com/api/chat.postMessage'),
  pagerduty_url: textValue.default('https://events.pagerduty.com/v2/enqueue'),
  opsgenie_api_key: text,
  opsgenie_api_key_file: text,
  opsgenie_api_url: textValue.default('https://api.opsgenie.com/'),
  victorops_api_key: text,
  victorops_api_key_file: text,
  victorops_api_url: textValue.default(
    'https://alert.victorops.com/integrations/generic/20131114/alert/',
  ),
  wechat_api_url: textValue.default('https://qyapi.weixin.qq.com/cgi-bin/'),
  wechat_api_secret: text,
  wechat_api_secret_file: text,
  wechat_api_corp_id: text,
  telegram_api_url: textValue.default('https://api.telegram.org'),
  telegram_bot_token: text,
  telegram_bot_token_file: text,
  webex_api_url: textValue.default('https://webexapis.com/v1/messages'),
  jira_api_url: text,
  rocketchat_api_url: textValue.default('https://open.rocket.chat/'),
  rocketchat_token: text,
  rocketchat_token_file: text,
  rocketchat_token_id: text,
  rocketchat_token_id_file: text,
  mattermost_webhook_url: text,
  mattermost_webhook_url_file: text,
})

export type GlobalConfig = z.output<typeof globalSchema>
