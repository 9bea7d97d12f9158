import { type Clock, SYSTEM_CLOCK } from '../clock.ts'
import type { Meter } from '../metrics/meter.ts'
import { defaultRegistry } from '../metrics/registry.ts'
import { Stage } from './stage.ts'
import { stageMetrics } from './stage-metrics.ts'

export interface PipelineOptions {
  /** Where to count: the default registry, a `Registry`, `promClientMeter(…)`, `openTelemetryMeter(…)`. */
  readonly meter?: Meter
  readonly clock?: Clock
}

export interface Pipeline {
  readonly name: string
  /** A step that data passes: `source`, `validate`, `sink`. Asking twice gives the same stage. */
  stage(name: string): Stage
}

/**
 * A pipeline that shows itself on Weir's overview: each stage with throughput, errors, latency,
 * backlog and freshness, without configuration there.
 *
 * @example
 * const sink = pipeline('orders').stage('sink')
 * await stream.pipeline(source, sink.transform(write), end)
 */
export function pipeline(
  name: string,
  { meter = defaultRegistry(), clock = SYSTEM_CLOCK }: PipelineOptions = {},
): Pipeline {
  const metrics = stageMetrics(meter)
  const stages = new Map<string, Stage>()
  return {
    name,
    stage(stage) {
      const known = stages.get(stage)
      if (known !== undefined) return known
      const made = new Stage({ pipeline: name, stage }, { metrics, meter, clock })
      stages.set(stage, made)
      return made
    },
  }
}
