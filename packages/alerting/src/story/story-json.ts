import { namedLinks } from './details.ts'
import type { NotificationStory } from './story.ts'

/** The story for programs: what payloads that take any JSON carry under one key of their own. */
export function storyJson(story: NotificationStory, pictureUrl: string | undefined): object {
  return {
    sentence: story.sentence,
    ...(pictureUrl === undefined ? {} : { picture: pictureUrl }),
    alerts: story.alerts.map((alert) => {
      const { facts, system, pipeline, stage, sentence, figure, since } = alert
      const { evidence } = facts
      return {
        fingerprint: facts.fingerprint,
        sentence,
        ...present({ system, pipeline, stage, figure }),
        since,
        ...(evidence && {
          expr: evidence.expr,
          value: numberOrText(evidence.value),
          ...(evidence.threshold && {
            operator: evidence.threshold.operator,
            threshold: numberOrText(evidence.threshold.value),
          }),
          ...present({ unit: evidence.unit ?? '' }),
        }),
        links: Object.fromEntries(namedLinks(alert.links).map(({ text, href }) => [text, href])),
      }
    }),
  }
}

function present(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''))
}

/** JSON has no NaN and no infinities. */
function numberOrText(value: number): number | string {
  return Number.isFinite(value) ? value : String(value)
}
