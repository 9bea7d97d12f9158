import { tlsConfig } from '@weir/fetch'
import { z } from 'zod'
import { booleanValue, textMap, textValue } from '../../config-values.ts'
import type { GlobalConfig } from '../global.ts'
import { type Secret, secretOf, typedTls } from '../http-config.ts'
import type { ConfigCheck } from '../kind.ts'

const maybeTrue = z.preprocess(
  (value) => (value === '' ? undefined : value),
  booleanValue.optional(),
)

/** `email_configs`: the keys of Alertmanager. `to`, `from`, `headers`, `html` and `text` are templates. */
export const emailConfigSchema = z.strictObject({
  send_resolved: booleanValue.default(false),
  to: textValue.default('').describe('Who gets it: addresses, comma-separated.'),
  from: textValue.default('').describe('Empty: smtp_from of global.'),
  smarthost: textValue.default('').describe('host:port; empty: smtp_smarthost of global.'),
  hello: textValue.default('').describe('Empty: smtp_hello of global.'),
  auth_username: textValue.default(''),
  auth_password: textValue.default(''),
  auth_password_file: textValue.default(''),
  auth_secret: textValue.default(''),
  auth_secret_file: textValue.default(''),
  auth_identity: textValue.default(''),
  require_tls: maybeTrue,
  force_implicit_tls: maybeTrue.describe('Absent: on port 465.'),
  tls_config: z.preprocess(typedTls, tlsConfig.optional()),
  headers: textMap.describe('More headers, and other values of Subject, To and From.'),
  html: textValue.default('{{ template "email.default.html" . }}'),
  text: textValue.default('{{ template "email.default.text" . }}'),
  threading: z
    .strictObject({
      enabled: booleanValue.default(false),
      thread_by_date: textValue.default('daily').describe('daily or none.'),
    })
    .prefault({}),
})

type EmailConfig = z.output<typeof emailConfigSchema>

/** How the server is spoken to. */
export interface SmtpSettings {
  readonly host: string
  readonly port: number
  readonly hello: string
  readonly hasImplicitTls: boolean
  readonly requiresTls: boolean
  readonly tls: z.output<typeof tlsConfig> | undefined
  readonly username: string
  readonly password: Secret | undefined
  /** For CRAM-MD5. */
  readonly secret: Secret | undefined
  readonly identity: string
}

/** What is sent; templates all. */
export interface MailSettings {
  readonly to: string
  readonly from: string
  /** By name as it is written in a mail: `Reply-To`. */
  readonly headers: ReadonlyMap<string, string>
  readonly html: string
  readonly text: string
  readonly threading: 'none' | 'for ever' | 'daily'
}

export interface EmailSettings {
  readonly smtp: SmtpSettings
  readonly mail: MailSettings
  readonly sendsResolved: boolean
}

/** The config with what `global` adds; what is wrong is told to `check`. */
export function emailSettings(
  config: EmailConfig,
  global: GlobalConfig,
  check: ConfigCheck,
): EmailSettings {
  return {
    smtp: smtpSettings(config, global, check),
    mail: mailSettings(config, global, check),
    sendsResolved: config.send_resolved,
  }
}

function smtpSettings(config: EmailConfig, global: GlobalConfig, check: ConfigCheck): SmtpSettings {
  const smarthost = config.smarthost || global.smtp_smarthost
  const [host, port] = hostAndPort(smarthost)
  if (smarthost === '') {
    check.problem([], 'want a server: smarthost here or smtp_smarthost in global')
  } else if (host === '' || Number.isNaN(port)) {
    check.problem(['smarthost'], `want host:port, got ${JSON.stringify(smarthost)}`)
  }
  const credential = (key: 'password' | 'secret'): Secret | undefined => {
    const [text, file] = [config[`auth_${key}`], config[`auth_${key}_file`]]
    if (text !== '' && file !== '') {
      check.problem([], `want at most one of auth_${key} and auth_${key}_file`)
    }
    return (
      secretOf(text, check.beside(file)) ??
      secretOf(global[`smtp_auth_${key}`], check.beside(global[`smtp_auth_${key}_file`]))
    )
  }
  return {
    host,
    port,
    hello: config.hello || global.smtp_hello,
    hasImplicitTls: config.force_implicit_tls ?? global.smtp_force_implicit_tls ?? port === 465,
    requiresTls: config.require_tls ?? global.smtp_require_tls,
    tls: tlsBeside(config.tls_config ?? global.smtp_tls_config, check),
    username: config.auth_username || global.smtp_auth_username,
    password: credential('password'),
    secret: credential('secret'),
    identity: config.auth_identity || global.smtp_auth_identity,
  }
}

function tlsBeside(tls: SmtpSettings['tls'], check: ConfigCheck): SmtpSettings['tls'] {
  if (tls === undefined) return undefined
  const beside = (file: string | undefined): string => check.beside(file ?? '')
  const { ca_file, cert_file, key_file } = tls
  return {
    ...tls,
    ca_file: beside(ca_file),
    cert_file: beside(cert_file),
    key_file: beside(key_file),
  }
}

/** `mail:25` or `[::1]:25`. */
function hostAndPort(text: string): [host: string, port: number] {
  const found = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text)
  const port = Number(found?.[3])
  return [found?.[1] ?? found?.[2] ?? '', port > 0 && port < 65_536 ? port : Number.NaN]
}

function mailSettings(config: EmailConfig, global: GlobalConfig, check: ConfigCheck): MailSettings {
  const from = config.from || global.smtp_from
  if (config.to === '') check.problem([], 'want at least one address in to')
  if (from === '') check.problem([], 'want a sender: from here or smtp_from in global')
  for (const key of ['to', 'from', 'html', 'text'] as const) check.template(config[key], [key])
  const headers = new Map<string, string>()
  for (const [name, value] of Object.entries(config.headers)) {
    const written = headerName(name)
    check.template(value, ['headers', name])
    if (!/^[!-9;-~]+$/.test(name)) check.problem(['headers', name], 'want the name of a header')
    if (headers.has(written)) check.problem(['headers', name], `header ${written} is there twice`)
    headers.set(written, value)
  }
  return {
    to: config.to,
    from,
    headers,
    html: config.html,
    text: config.text,
    threading: threadingOf(config, headers, check),
  }
}

function threadingOf(
  { threading }: EmailConfig,
  headers: ReadonlyMap<string, string>,
  check: ConfigCheck,
): MailSettings['threading'] {
  const { enabled, thread_by_date: by } = threading
  if (!enabled) return 'none'
  for (const name of ['References', 'In-Reply-To']) {
    if (headers.has(name)) check.problem(['threading'], `want no header ${name} beside it`)
  }
  if (by !== 'daily' && by !== 'none') {
    check.problem(['threading', 'thread_by_date'], `want daily or none, got ${JSON.stringify(by)}`)
  }
  return by === 'none' ? 'for ever' : 'daily'
}

/** Headers are the same in any case: `reply-to` is `Reply-To`. */
function headerName(name: string): string {
  return name
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1).toLowerCase())
    .join('-')
}
