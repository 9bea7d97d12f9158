import { GoObject } from '@weir/template'
import { detailsText, namedLinks } from '../story/details.ts'
import { alertsUrl } from '../story/links.ts'
import {
  HTML,
  JIRA_WIKI,
  MARKDOWN,
  type Markup,
  PLAIN,
  SLACK,
  TELEGRAM_V1,
  TELEGRAM_V2,
} from '../story/markup.ts'
import type { AlertStory, NotificationStory } from '../story/story.ts'

/**
 * What Weir adds to Alertmanager's data: everything under `.Weir`, of a notification and of each
 * alert. docs/receivers.md lists the names.
 */
export class WeirAlert extends GoObject {
  readonly typeName = 'weir.Alert'
  readonly #story: AlertStory

  constructor(story: AlertStory) {
    super()
    this.#story = story
  }

  member(name: string): unknown {
    const { links, facts, ...texts } = this.#story
    switch (name) {
      case 'Sentence':
        return texts.sentence
      case 'Description':
        return texts.description
      case 'Status':
        return facts.status
      case 'System':
        return texts.system
      case 'Pipeline':
        return texts.pipeline
      case 'Stage':
        return texts.stage
      case 'Place':
        return texts.place
      case 'Since':
        return texts.since
      case 'Value':
        return texts.value
      case 'Limit':
        return texts.limit
      case 'Figure':
        return texts.figure
      case 'Expr':
        return facts.evidence?.expr ?? ''
      case 'PipelineURL':
        return links.pipeline
      case 'ExploreURL':
        return links.explore
      case 'AlertsURL':
        return links.alerts
      case 'RunbookURL':
        return links.runbook
      case 'DashboardURL':
        return links.dashboard
      case 'Links':
        return namedLinks(links).map(({ text, href }) => new WeirLink(text, href))
      default:
        return undefined
    }
  }

  override toString(): string {
    return this.#story.sentence
  }
}

class WeirLink extends GoObject {
  readonly typeName = 'weir.Link'
  readonly #text: string
  readonly #href: string

  constructor(text: string, href: string) {
    super()
    this.#text = text
    this.#href = href
  }

  member(name: string): unknown {
    return name === 'Text' ? this.#text : name === 'Href' ? this.#href : undefined
  }

  override toString(): string {
    return `${this.#text}: ${this.#href}`
  }
}

/** `.Weir` of a notification. */
export class WeirData extends GoObject {
  readonly typeName = 'weir.Data'
  readonly #story: NotificationStory
  readonly #externalUrl: string
  readonly #pictureUrl: string

  constructor(story: NotificationStory, externalUrl: string, pictureUrl: string) {
    super()
    this.#story = story
    this.#externalUrl = externalUrl
    this.#pictureUrl = pictureUrl
  }

  member(name: string): unknown {
    const story = this.#story
    const details = (markup: Markup): string => detailsText(story, markup)
    switch (name) {
      case 'Sentence':
        return story.sentence
      case 'SlackSentence':
        return SLACK.escape(story.sentence)
      case 'MarkdownSentence':
        return MARKDOWN.escape(story.sentence)
      case 'Text':
        return details(PLAIN)
      case 'Markdown':
        return details(MARKDOWN)
      case 'Slack':
        return details(SLACK)
      case 'HTML':
        return details(HTML)
      case 'TelegramV1':
        return `${TELEGRAM_V1.bold(TELEGRAM_V1.escape(story.sentence))}\n${details(TELEGRAM_V1)}`
      case 'TelegramV2':
        return `${TELEGRAM_V2.bold(TELEGRAM_V2.escape(story.sentence))}\n${details(TELEGRAM_V2)}`
      case 'Jira':
        return details(JIRA_WIKI)
      case 'Alerts':
        return story.alerts.map((alert) => new WeirAlert(alert))
      case 'HiddenCount':
        return BigInt(story.hiddenCount)
      case 'AlertsURL':
        return alertsUrl(sharedName(story), this.#externalUrl)
      case 'PictureURL':
        return this.#pictureUrl
      default:
        return undefined
    }
  }

  override toString(): string {
    return this.#story.sentence
  }
}

/** The alert's name when all have the same. */
function sharedName({ alerts }: NotificationStory): string {
  const names = new Set(alerts.map(({ facts }) => facts.labels.get('alertname')))
  return names.size === 1 ? [...names][0]! : ''
}
