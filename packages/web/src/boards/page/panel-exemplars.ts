import type { PanelExemplar } from '../panels/panel-props.ts'
import type { Fed } from './feed.ts'
import { type Asked, exemplarsName } from './panel-questions.ts'

/** More dots than this hide the lines. */
const EXEMPLARS_MAX = 500

interface SeriesExemplars {
  readonly seriesLabels: Readonly<Record<string, string>>
  readonly exemplars: readonly {
    readonly labels: Readonly<Record<string, string>>
    readonly value: string
    readonly timestamp: number
  }[]
}

/** Exemplars among what a panel was told, newest first. */
export function exemplarsIn(
  asked: readonly Asked[],
  { answers }: Pick<Fed<unknown>, 'answers'>,
): readonly PanelExemplar[] {
  return asked
    .flatMap(({ name }) => {
      const answer = answers.get(exemplarsName(name))
      return answer?.status === 'success' ? (answer.data as readonly SeriesExemplars[]) : []
    })
    .flatMap(({ seriesLabels, exemplars }) =>
      exemplars.map(({ labels, value, timestamp }) => ({
        atMs: timestamp * 1000,
        value: Number(value),
        labels: { ...labels, ...seriesLabels },
      })),
    )
    .toSorted((a, b) => b.atMs - a.atMs)
    .slice(0, EXEMPLARS_MAX)
}
