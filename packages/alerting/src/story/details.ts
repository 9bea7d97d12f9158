import { LINK_TITLES } from './links.ts'
import type { Markup } from './markup.ts'
import type { AlertStory, NotificationStory } from './story.ts'

/**
 * What stands below a message's title: of each alert where, since when, the figure, what is to know,
 * and links. One alert's sentence is the title already; of several, each tells its own.
 */
export function detailsText(story: NotificationStory, markup: Markup): string {
  const isOne = story.alerts.length === 1 && story.hiddenCount === 0
  const parts = story.alerts.map((alert) => alertText(alert, markup, !isOne))
  if (story.hiddenCount > 0) parts.push(markup.escape(`and ${story.hiddenCount} more alerts`))
  return parts.join('\n\n')
}

function alertText(alert: AlertStory, markup: Markup, withSentence: boolean): string {
  const { sentence, place, since, figure, description, facts } = alert
  const isOver = facts.status === 'resolved'
  const title = isOver ? `Resolved: ${sentence}` : sentence
  const lines = [
    withSentence ? markup.bold(markup.escape(title)) : '',
    figure === '' ? '' : `${isOver ? 'Last value' : 'Value'} ${markup.bold(markup.escape(figure))}`,
    markup.escape(place),
    markup.escape(since),
    markup.escape(description),
    linksLine(alert, markup),
  ]
  return lines.filter((line) => line !== '').join('\n')
}

function linksLine({ links }: AlertStory, markup: Markup): string {
  return namedLinks(links)
    .map(({ text, href }) => markup.link(text, href))
    .join(markup.between)
}

/** Links that lead somewhere, with their titles. */
export function namedLinks(
  links: AlertStory['links'],
): { readonly text: string; readonly href: string }[] {
  return (Object.keys(LINK_TITLES) as (keyof typeof LINK_TITLES)[])
    .map((name) => ({ text: LINK_TITLES[name], href: links[name] }))
    .filter(({ href }) => href !== '')
}
