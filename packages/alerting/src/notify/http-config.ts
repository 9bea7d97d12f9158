import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { booleanValue, notYet, textValue } from '../config-values.ts'

/** A secret given in the config or in a file beside it; the file is read at each use, so it may rotate. */
export type Secret =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string }

export async function readSecret(secret: Secret): Promise<string> {
  return secret.kind === 'text' ? secret.text : (await readFile(secret.path, 'utf8')).trim()
}

/** One of `key` and `key_file`; undefined when neither is there. */
export function secretOf(text: string, file: string): Secret | undefined {
  if (text !== '') return { kind: 'text', text }
  return file === '' ? undefined : { kind: 'file', path: file }
}

/** `http_config`: how requests to a receiver are made. */
export const httpConfigSchema = z.strictObject({
  basic_auth: z
    .strictObject({
      username: textValue.default(''),
      password: textValue.default(''),
      password_file: textValue.default(''),
    })
    .optional(),
  authorization: z
    .strictObject({
      type: textValue.default('Bearer'),
      credentials: textValue.default(''),
      credentials_file: textValue.default(''),
    })
    .optional(),
  follow_redirects: booleanValue.default(true),
  enable_http2: booleanValue.default(true), // HTTP/1.1 is spoken either way
  oauth2: notYet(),
  proxy_url: notYet(),
  no_proxy: notYet(),
  proxy_from_environment: notYet(),
  proxy_connect_header: notYet(),
  http_headers: notYet(),
  tls_config: notYet(),
})

export type HttpConfig = z.output<typeof httpConfigSchema>

/** The `Authorization` header that a config asks for. */
export async function authorizationHeader(
  config: HttpConfig | undefined,
): Promise<Record<string, string>> {
  if (config?.basic_auth !== undefined) {
    const { username, password, password_file: file } = config.basic_auth
    const secret = secretOf(password, file)
    const pair = `${username}:${secret === undefined ? '' : await readSecret(secret)}`
    return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
  }
  if (config?.authorization !== undefined) {
    const { type, credentials, credentials_file: file } = config.authorization
    const secret = secretOf(credentials, file)
    return {
      authorization: `${type} ${secret === undefined ? '' : await readSecret(secret)}`.trim(),
    }
  }
  return {}
}
