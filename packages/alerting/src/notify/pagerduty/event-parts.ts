import { detailsText, namedLinks } from '../../story/details.ts'
import { PLAIN } from '../../story/markup.ts'
import type { Composer } from '../composer.ts'
import { typedTree } from '../typed-values.ts'
import { DEFAULT_DETAILS, type PagerdutyConfig } from './config.ts'

interface EventLink {
  readonly href: string
  readonly text: string
}

interface EventImage {
  readonly src: string
  readonly alt: string
  readonly href: string
}

const OWN_LINKS_MAX = 10

/** Texts that read as a number, a list or a map are sent as such; an empty one as null. */
export function detailsOf(
  config: PagerdutyConfig,
  composer: Composer,
  isStrict: boolean,
): Record<string, unknown> {
  const trees = Object.entries({ ...DEFAULT_DETAILS, ...config.details })
  const told = trees.map(([name, tree]) => [name, typedTree(tree, (text) => composer.text(text))])
  const details = Object.fromEntries(told) as Record<string, unknown>
  return isStrict || 'about' in details
    ? details
    : { about: detailsText(composer.story, PLAIN), ...details }
}

/** The config's links, else those of the alerts. */
export function linksOf(
  config: PagerdutyConfig,
  composer: Composer,
  isStrict: boolean,
): EventLink[] {
  const given = config.links
    .map(({ href, text }) => ({ href: composer.text(href), text: composer.text(text) }))
    .filter(({ href }) => href !== '')
  return isStrict || config.links.length > 0 ? given : ownLinks(composer)
}

function ownLinks({ story }: Composer): EventLink[] {
  const isOne = story.alerts.length === 1
  const links = story.alerts.flatMap(({ links, place, facts }) =>
    namedLinks(links).map(({ text, href }): readonly [string, EventLink] => {
      const where = place || facts.labels.get('alertname')
      return [href, { href, text: isOne || where === '' ? text : `${text}: ${where}` }]
    }),
  )
  return [...new Map(links).values()].slice(0, OWN_LINKS_MAX)
}

/** The config's images, else the picture of the series; PagerDuty shows what is served by https only. */
export function imagesOf(
  config: PagerdutyConfig,
  composer: Composer,
  isStrict: boolean,
): EventImage[] {
  const given = config.images
    .map(({ src, alt, href }) => ({
      src: composer.text(src),
      alt: composer.text(alt),
      href: composer.text(href),
    }))
    .filter(({ src }) => src !== '')
  if (isStrict || config.images.length > 0) return given
  const { picture, story } = composer
  if (picture === undefined || !picture.url.startsWith('https://')) return []
  const href = story.alerts[0]?.links.explore ?? ''
  return [{ src: picture.url, alt: picture.alt, href: href || picture.url }]
}
