import { once } from 'node:events'
import { type Socket, connect as connectTcp, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type TlsOptions, fence, openTls, reasonOf } from '@weir/fetch'
import SMTPConnection, {
  type SMTPConnectionCustomAuthContext as AuthContext,
} from 'nodemailer/lib/smtp-connection'
import { readSecret } from '../http-config.ts'
import type { SmtpSettings } from './config.ts'

/** A finished mail and who gets it. */
export interface Mail {
  readonly from: string
  readonly to: readonly string[]
  readonly raw: Buffer
}

/** Who was not given the mail, and whether asking again may help. */
export interface Rejection {
  readonly address: string
  readonly why: string
  readonly isFinal: boolean
}

/** Why a server did not take a mail. */
export class SmtpFailure extends Error {
  /** Of no use to try again: the server said so with a 5yz, or the config cannot work. */
  readonly isFinal: boolean

  constructor(why: string, isFinal: boolean) {
    super(why)
    this.isFinal = isFinal
  }
}

/**
 * Hands a mail to the server: one connection, one message. The dialogue is nodemailer's; the socket is
 * ours, so that names are looked up as everywhere else and no proxy is used unasked.
 *
 * @returns those of several addresses that the server did not take while it took others
 * @throws {SmtpFailure} when nobody was given it
 */
export async function deliver(
  mail: Mail,
  smtp: SmtpSettings,
  signal: AbortSignal,
): Promise<Rejection[]> {
  const tls = await openTls(smtp.tls).catch((cause: Error) => {
    throw new SmtpFailure(cause.message, false) // the files may be there the next time
  })
  const socket = await openSocket(smtp, tls, signal)
  const dialogue = new Dialogue(smtp, socket, tls)
  const onAbort = (): void => dialogue.close()
  signal.addEventListener('abort', onAbort)
  try {
    await dialogue.greet()
    await dialogue.logIn()
    return await dialogue.send(mail)
  } finally {
    signal.removeEventListener('abort', onAbort)
    dialogue.leave()
    signal.throwIfAborted()
  }
}

async function openSocket(
  { host, port, hasImplicitTls }: SmtpSettings,
  tls: TlsOptions,
  signal: AbortSignal,
): Promise<Socket> {
  try {
    fence().checkHost('notification', host)
  } catch (cause) {
    throw new SmtpFailure(`cannot connect: ${reasonOf(cause)}`, false)
  }
  const address = { host, port, lookup: fence().lookup('notification') }
  const named = { ...(isIP(host) === 0 ? { servername: host } : {}), ...tls }
  const socket = hasImplicitTls ? connectTls({ ...address, ...named }) : connectTcp(address)
  try {
    await once(socket, hasImplicitTls ? 'secureConnect' : 'connect', { signal })
    return socket
  } catch (cause) {
    socket.destroy()
    signal.throwIfAborted()
    throw new SmtpFailure(`cannot connect: ${reasonOf(cause)}`, false)
  }
}

/** What nodemailer adds to its errors. */
interface ReplyError extends Error {
  readonly code?: string | undefined
  /** Node's own code, where `code` is nodemailer's. */
  readonly originalCode?: string | undefined
  readonly responseCode?: number | undefined
  readonly recipient?: string | undefined
}

class Dialogue {
  readonly #smtp: SmtpSettings
  readonly #connection: SMTPConnection
  /** What went wrong at a moment when nobody waited for an answer. */
  #fault: ReplyError | undefined
  #onFault: ((cause: ReplyError) => void) | undefined
  #isGreeted = false

  constructor(smtp: SmtpSettings, socket: Socket, tls: TlsOptions) {
    this.#smtp = smtp
    this.#connection = new SMTPConnection({
      connection: socket,
      secured: smtp.hasImplicitTls,
      secure: smtp.hasImplicitTls,
      host: smtp.host,
      port: smtp.port,
      name: smtp.hello,
      requireTLS: smtp.requiresTls && !smtp.hasImplicitTls,
      ignoreTLS: !smtp.requiresTls,
      tls,
      customAuth: { PLAIN: authorizePlainly },
    })
    this.#connection.on('error', (cause: ReplyError) => {
      this.#fault ??= cause
      this.#onFault?.(cause)
    })
  }

  async greet(): Promise<void> {
    await this.#step<void>((done) => this.#connection.connect((cause) => done(cause ?? null)))
    this.#isGreeted = true
  }

  /** By the first way that the server offers and that there is a credential for, as Alertmanager does. */
  async logIn(): Promise<void> {
    const { username, identity, hasImplicitTls, requiresTls, host } = this.#smtp
    if (username === '' || !this.#connection.allowsAuth) return
    const isOpen = !hasImplicitTls && !requiresTls
    for (const method of offeredMethods(this.#connection.lastServerResponse)) {
      const pass = await this.#credentialFor(method)
      if (pass === undefined) continue
      if (method === 'PLAIN' && isOpen && !/^(localhost|127\.0\.0\.1|::1)$/.test(host)) {
        throw new SmtpFailure('the password is not sent without TLS: want require_tls: true', true)
      }
      const auth = { method, user: username, pass, options: { identity } }
      await this.#step((done) => this.#connection.login(auth, done))
      return
    }
    const wants = 'want auth_password for PLAIN and LOGIN, auth_secret for CRAM-MD5'
    throw new SmtpFailure(`no way to log in that the server offers can be used: ${wants}`, true)
  }

  async send({ from, to, raw }: Mail): Promise<Rejection[]> {
    const envelope = { from, to: [...to], size: raw.byteLength, use8BitMime: true }
    const info = await this.#step<SMTPConnection.SentMessageInfo>((done) =>
      this.#connection.send(envelope, raw, done),
    )
    return (info.rejectedErrors ?? []).map((cause: ReplyError) => ({
      address: cause.recipient ?? '',
      why: lineOf(cause.message),
      isFinal: isPermanent(cause),
    }))
  }

  leave(): void {
    if (this.#isGreeted && this.#fault === undefined) this.#connection.quit()
    else this.#connection.close()
  }

  close(): void {
    this.#onFault?.(new Error('the connection was closed'))
    this.#connection.close()
  }

  async #credentialFor(method: string): Promise<string | undefined> {
    const secret = method === 'CRAM-MD5' ? this.#smtp.secret : this.#smtp.password
    try {
      return secret && (await readSecret(secret))
    } catch (cause) {
      throw new SmtpFailure(`a password cannot be read: ${(cause as Error).message}`, false)
    }
  }

  /** One exchange; trouble on the connection ends it too. */
  async #step<T>(ask: (done: (cause: Error | null, answer?: T) => void) => void): Promise<T> {
    try {
      return await new Promise<T>((resolve, reject) => {
        if (this.#fault !== undefined) throw this.#fault
        this.#onFault = reject
        ask((cause, answer) => (cause ? reject(cause) : resolve(answer as T)))
      })
    } catch (cause) {
      throw failureOf(cause as ReplyError)
    } finally {
      this.#onFault = undefined
    }
  }
}

function failureOf(cause: ReplyError): SmtpFailure {
  if (cause.code === 'ETLS' && cause.responseCode !== undefined) {
    const why = `the server has no STARTTLS, which require_tls wants: ${lineOf(cause.message)}`
    return new SmtpFailure(why, false)
  }
  if (cause.responseCode !== undefined)
    return new SmtpFailure(lineOf(cause.message), isPermanent(cause))
  const node = Object.assign(new Error(cause.message), { code: cause.originalCode ?? '' })
  return new SmtpFailure(lineOf(reasonOf(node)), cause.code === 'EMESSAGE')
}

function isPermanent(cause: ReplyError): boolean {
  return cause.responseCode !== undefined && cause.responseCode >= 500
}

const lineOf = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** `250-AUTH PLAIN LOGIN` in the answer to EHLO, in its order. */
function offeredMethods(answer: string | false): string[] {
  const line = /^250[- ]AUTH[ =](.*)$/im.exec(answer || '')?.[1] ?? ''
  const known = new Set(['CRAM-MD5', 'PLAIN', 'LOGIN'])
  return line
    .toUpperCase()
    .split(/\s+/)
    .filter((method) => known.has(method))
}

/** AUTH PLAIN, RFC 4616, with the identity to act for, which nodemailer leaves out. */
async function authorizePlainly(context: AuthContext): Promise<void> {
  const { user, pass, options } = context.auth.credentials
  const message = [String(options?.['identity'] ?? ''), user, pass].join('\0')
  const reply = await context.sendCommand(`AUTH PLAIN ${Buffer.from(message).toString('base64')}`)
  if (reply.status < 200 || reply.status > 299) throw new Error('Invalid login')
}
