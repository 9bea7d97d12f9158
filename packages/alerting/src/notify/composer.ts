import type { NotificationTemplates } from '../template/alertmanager.ts'
import { NotificationData, type NotificationFacts } from '../template/notification-data.ts'
import { HTML } from '../story/markup.ts'
import { type NotificationStory, storyOf } from '../story/story.ts'
import type { NotifierContext } from './kind.ts'
import type { Picture } from './picture.ts'

/** Most of an error that a message shows. */
const FAILURE_CHARS = 500

/** Writes one message: fills in the templates of its config. */
export class Composer {
  readonly facts: NotificationFacts
  readonly story: NotificationStory
  /** Drawn beforehand by {@link compose}; absent when nobody draws or there is nothing to show. */
  readonly picture: Picture | undefined
  readonly #templates: NotificationTemplates
  readonly #data: NotificationData
  readonly #nowMs: number

  constructor(
    facts: NotificationFacts,
    { templates, clock }: Pick<NotifierContext, 'templates' | 'clock'>,
    picture?: Picture,
  ) {
    const nowMs = clock.now()
    this.facts = facts
    this.picture = picture
    this.story = storyOf(facts, nowMs)
    this.#templates = templates
    this.#nowMs = nowMs
    this.#data = new NotificationData(facts, {
      nowMs,
      ...(picture === undefined ? {} : { pictureUrl: picture.url }),
    })
  }

  /**
   * A text that has to be right or the message cannot be sent: an address, a key.
   *
   * @throws {TemplateSyntaxError} or {TemplateFailure}
   */
  exact(template: string): string {
    return this.#templates.expand(template, this.#data, this.#nowMs)
  }

  /** A text for people. Where its template fails it says what is wrong all the same, and names the error. */
  text(template: string): string {
    return this.field(template, (error) => this.#failure(error))
  }

  #failure(error: string): string {
    return `${this.story.sentence} (a template failed: ${error.slice(0, FAILURE_CHARS)})`
  }

  /** A piece of HTML: what is filled in shows as it is. Falls back as {@link text} does. */
  html(template: string): string {
    try {
      return this.#templates.expandHtml(template, this.#data, this.#nowMs)
    } catch (cause) {
      return HTML.escape(this.#failure((cause as Error).message))
    }
  }

  /** A text with something to fall back on. */
  field(template: string, otherwise: (error: string) => string): string {
    try {
      return this.exact(template)
    } catch (cause) {
      return otherwise((cause as Error).message.slice(0, FAILURE_CHARS))
    }
  }
}

/** A composer with a picture of the series, where one can be had. */
export async function compose(
  facts: NotificationFacts,
  context: Pick<NotifierContext, 'templates' | 'clock' | 'pictures' | 'strictCompat'>,
  signal: AbortSignal,
): Promise<Composer> {
  const picture =
    context.strictCompat === true ? undefined : await context.pictures?.(facts, signal)
  return new Composer(facts, context, picture)
}
