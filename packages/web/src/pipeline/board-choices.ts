import type { PackDetail, PipelinePart } from '@weir/packs'

type Chosen = PackDetail['dashboards'][number]['chosenBy']

const ARROW = ' \u2192 '

/** What a board of the pack is to show when it is opened for a pipeline: `{ 'var-dag_id': 'orders' }`. */
export function boardChoices(chosenBy: Chosen, pipeline: string): Record<`var-${string}`, string> {
  // `(airflow)` stands for all of them.
  if (/^\(.*\)$/.test(pipeline)) return {}
  return Object.fromEntries(
    chosenBy.flatMap(({ variable, part }) => {
      const value = partOf(pipeline, part)
      return value === undefined ? [] : [[`var-${variable}`, value]]
    }),
  )
}

/** Undefined where a pipeline tells no source. */
function partOf(pipeline: string, part: PipelinePart): string | undefined {
  if (part === 'name') return pipeline
  const arrow = pipeline.indexOf(ARROW)
  if (part === 'source') return arrow < 0 ? undefined : pipeline.slice(0, arrow)
  return arrow < 0 ? pipeline : pipeline.slice(arrow + ARROW.length)
}
