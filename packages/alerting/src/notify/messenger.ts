import { type Markup, PLAIN } from '../story/markup.ts'
import { type NotificationFacts, statusOf } from '../template/notification-data.ts'
import { Composer, compose } from './composer.ts'
import { type Secret, readSecret } from './http-config.ts'
import type { NotifierContext } from './kind.ts'
import type { Integration, Outcome } from './outcome.ts'
import type { Picture } from './picture.ts'
import { type Post, post } from './post.ts'
import { unwritten } from './unwritten.ts'

const TIMEOUT_MS = 30_000

/** What most kinds need to write their message. */
export interface Draft {
  readonly facts: NotificationFacts
  readonly status: 'firing' | 'resolved'
  /** A text that has to be right, filled in. @throws {TemplateSyntaxError} or {TemplateFailure} */
  readonly exact: (template: string) => string
  /** A text for people, filled in; where its template fails, what is wrong and the error. */
  readonly text: (template: string) => string
  /** The same in HTML: values show as they are. */
  readonly html: (template: string) => string
  /** A secret of the config, read anew. */
  readonly secret: (secret: Secret) => Promise<string>
  /** The series behind it, of kinds that show it. */
  readonly picture: Picture | undefined
}

/** A request that is one message. */
export type Letter = Omit<Post, 'what' | 'timeoutMs' | 'isRetryable'>

export type MessengerContext = Pick<
  NotifierContext,
  'fetch' | 'clock' | 'templates' | 'pictures' | 'strictCompat'
>

export interface Messenger {
  readonly kind: string
  /** For messages: `Discord`. */
  readonly what: string
  readonly index: number
  readonly sendsResolved: boolean
  readonly timeoutMs?: number
  /** How texts are marked up; plain unless told. */
  readonly markup?: Markup
  /** Whether a picture is drawn for it. */
  readonly showsPicture?: boolean
}

/** Posts a letter. Retried on network trouble, time-out, 408, 429 and 5xx. */
export type Ask = (letter: Letter) => Promise<Outcome>

/** A kind that tells by one HTTP request, which `write` makes. */
export function messenger(
  about: Messenger,
  context: MessengerContext,
  write: (draft: Draft) => Promise<Letter>,
): Integration {
  return conversation(about, context, async (draft, ask) => ask(await write(draft)))
}

/**
 * A kind that tells by several requests. What `hold` throws, a template that fails above all, is
 * final; a file that cannot be read is for later.
 */
export function conversation(
  about: Messenger,
  context: MessengerContext,
  hold: (draft: Draft, ask: Ask) => Promise<Outcome>,
): Integration {
  const { kind, what, index, sendsResolved, timeoutMs = TIMEOUT_MS } = about
  const send = async (facts: NotificationFacts, signal: AbortSignal): Promise<Outcome> => {
    const ask: Ask = (letter) => post({ ...letter, what, timeoutMs }, context, signal)
    try {
      const composer =
        about.showsPicture === true
          ? await compose(facts, context, signal)
          : new Composer(facts, context)
      return await hold(draftOf(composer, about.markup ?? PLAIN), ask)
    } catch (cause) {
      signal.throwIfAborted()
      return unwritten(what, cause)
    }
  }
  return { kind, index, sendsResolved, send }
}

function draftOf(composer: Composer, markup: Markup): Draft {
  const { facts, story, picture } = composer
  return {
    facts,
    status: statusOf(facts.alerts),
    picture,
    exact: (template) => composer.exact(template),
    text: (template) =>
      composer.field(template, (error) =>
        markup.escape(`${story.sentence} (a template failed: ${error})`),
      ),
    html: (template) => composer.html(template),
    secret: readSecret,
  }
}

/**
 * The address that a message goes to.
 *
 * @throws {Error} for one that is none; it does not show it
 */
export function webAddress(address: string): string {
  if (URL.canParse(address) && /^https?:/i.test(address)) return address
  throw new Error('the address is empty or not http(s)')
}

/** `https://api/x/` and `y` are `https://api/x/y`; a query stays at the end. */
export function under(base: string, path: string): string {
  const url = new URL(base)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`
  return url.href
}

/** Without the keys whose value is empty. */
export function filled<T extends object>(of: T): Partial<T> {
  const isEmpty = (value: unknown): boolean => value === '' || value === undefined
  return Object.fromEntries(Object.entries(of).filter(([, value]) => !isEmpty(value))) as Partial<T>
}
