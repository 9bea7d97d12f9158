import { createHash, randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { NotificationFacts } from '../../template/notification-data.ts'
import { type Composer, compose } from '../composer.ts'
import { within } from '../deadline.ts'
import { type NotifierContext, notifierKind } from '../kind.ts'
import { type Integration, type Outcome, SENT, refused, retryLater } from '../outcome.ts'
import {
  type EmailSettings,
  type MailSettings,
  emailConfigSchema,
  emailSettings,
} from './config.ts'
import { PICTURE_CID, addressesOf, composeMail } from './message.ts'
import { unwritten } from '../unwritten.ts'
import { type Mail, type Rejection, SmtpFailure, deliver } from './smtp.ts'
import { EMAIL_OWN_TEMPLATES, EMAIL_TEMPLATES } from './templates.ts'

/** For the whole dialogue. */
const TIMEOUT_MS = 30_000
/** Mails that some were given and others are still to get. */
const HALF_TOLD_MAX = 1000

type EmailContext = Pick<NotifierContext, 'clock' | 'templates' | 'pictures' | 'strictCompat'>

/**
 * Sends a mail for each notification. What the server says no to for good (5yz) is final, all other
 * trouble is for later.
 */
function email(settings: EmailSettings, index: number, context: EmailContext): Integration {
  const { smtp, mail, sendsResolved } = settings
  const told = new HalfTold()
  const send = async (facts: NotificationFacts, signal: AbortSignal): Promise<Outcome> => {
    let written: Mail
    try {
      written = await writeMail(mail, facts, context, signal)
    } catch (cause) {
      signal.throwIfAborted()
      return unwritten('e-mail', cause)
    }
    const key = keyOf(facts)
    const to = told.others(key, written.to)
    const late = (): Outcome =>
      retryLater(`Cannot notify by e-mail: not taken within ${TIMEOUT_MS / 1000} s`)
    return within(
      context.clock,
      TIMEOUT_MS,
      signal,
      async (both) => {
        try {
          return told.outcome(key, to, await deliver({ ...written, to }, smtp, both))
        } catch (cause) {
          both.throwIfAborted()
          const isFinal = cause instanceof SmtpFailure && cause.isFinal
          const why = `Cannot notify by e-mail: ${(cause as Error).message}`
          return isFinal ? refused(why) : retryLater(why)
        }
      },
      late,
    )
  }
  return { kind: 'email', index, sendsResolved, send }
}

export const EMAIL = notifierKind({
  name: 'email',
  schema: emailConfigSchema,
  templates: EMAIL_TEMPLATES,
  ownTemplates: EMAIL_OWN_TEMPLATES,
  build: (config, index, context, check) =>
    email(emailSettings(config, context.global, check), index, context),
})

/**
 * When a server takes a mail for some addresses and puts others off, only those are asked for again.
 * Kept in memory: after a restart everybody gets it again.
 */
class HalfTold {
  readonly #told = new Map<string, ReadonlySet<string>>()

  others(key: string, to: readonly string[]): readonly string[] {
    const told = this.#told.get(key)
    return told === undefined ? to : to.filter((address) => !told.has(address))
  }

  outcome(key: string, to: readonly string[], rejected: readonly Rejection[]): Outcome {
    const before = this.#told.get(key) ?? []
    this.#told.delete(key)
    const later = rejected.find((one) => !one.isFinal)
    if (later === undefined) return SENT
    const missed = new Set(rejected.map((one) => one.address))
    this.#told.set(key, new Set([...before, ...to.filter((address) => !missed.has(address))]))
    const [oldest] = this.#told.keys()
    if (this.#told.size > HALF_TOLD_MAX && oldest !== undefined) this.#told.delete(oldest)
    return retryLater(`Cannot notify ${later.address} by e-mail: ${later.why}`)
  }
}

/** The same for the same notification, however often it is tried. */
function keyOf(facts: NotificationFacts): string {
  const alerts = facts.alerts.map((one) => [one.fingerprint, one.startsAtMs, one.endsAtMs])
  return JSON.stringify([facts.groupKey, facts.reason, alerts])
}

async function writeMail(
  mail: MailSettings,
  facts: NotificationFacts,
  context: EmailContext,
  signal: AbortSignal,
): Promise<Mail> {
  const composer = await compose(facts, context, signal)
  const { picture } = composer
  const date = new Date(context.clock.now())
  const from = addressesOf(composer.exact(mail.from))
  const to = addressesOf(composer.exact(mail.to))
  if (from.length !== 1) throw new Error(`want one address in from, got ${from.length}`)
  if (to.length === 0) throw new Error('there is no address in to')
  const html = composer.html(withPicture(mail.html, picture?.alt))
  const raw = await composeMail({
    headers: headersOf(mail, composer, date),
    date,
    text: composer.text(mail.text),
    html,
    picture: html.includes(`cid:${PICTURE_CID}`) ? picture : undefined,
  })
  return { from: from[0]!, to: [...new Set(to)], raw }
}

/** The place of the picture in a mail is empty unless there is one. */
function withPicture(html: string, alt: string | undefined): string {
  if (html === '' || alt === undefined) return html
  const image = `<img src="cid:${PICTURE_CID}" alt="{{ ${JSON.stringify(alt)} }}" width="536" style="display:block;width:100%;height:auto;margin:0 0 20px;border:0;border-radius:6px;">`
  return `{{ define "email.picture" }}${image}{{ end }}${html}`
}

function headersOf(mail: MailSettings, composer: Composer, date: Date): Map<string, string> {
  const headers = new Map([
    ['Subject', '{{ template "email.default.subject" . }}'],
    ['To', mail.to],
    ['From', mail.from],
    ...mail.headers,
  ])
  const filled = new Map(
    [...headers].map(([name, text]) => [
      name,
      name === 'Subject' ? composer.text(text) : composer.exact(text),
    ]),
  )
  if (!filled.has('Message-Id')) filled.set('Message-Id', `<${randomUUID()}@${hostname()}>`)
  if (mail.threading !== 'none') {
    const thread = threadOf(composer.facts.groupKey, mail.threading === 'daily' ? date : undefined)
    filled.set('References', thread).set('In-Reply-To', thread)
  }
  return filled
}

/** The made-up mail that all mails of a group answer; Alertmanager's own, so that threads go on. */
function threadOf(groupKey: string, day: Date | undefined): string {
  const hash = createHash('sha256').update(groupKey).digest('hex').slice(0, 16)
  return `<alert-${hash}-${day?.toISOString().slice(0, 10) ?? ''}@alertmanager>`
}
