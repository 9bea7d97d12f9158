/** The variables of these boards: where from, what kind, where to. */
import type { DashboardDefinition } from '../../pack.ts'

type Variable = DashboardDefinition['variables'][number]

const pipelineVariable = (name: string, label: string, more: Partial<Variable> = {}): Variable => ({
  name,
  label,
  metric: 'rudderstack:pipelines',
  valueLabel: name,
  ...more,
})

/** Source, then the destinations of it. */
export const PLACE_VARIABLES: readonly Variable[] = [
  pipelineVariable('source', 'Source', { pipeline: 'source' }),
  pipelineVariable('destination_type', 'Kind'),
  pipelineVariable('destination', 'Destination', {
    metric: 'rudderstack:pipelines{destination_type=~"$destination_type"}',
    pipeline: 'destination',
  }),
]

/** What the variables choose; a destination without a known source is there under "All". */
export const PLACE =
  'source=~"$source",destination_type=~"$destination_type",destination=~"$destination"'
