/** More metrics than this are counted under {@link OTHERS}. */
const METRICS_MAX = 100
const EXAMPLES = 3
export const OTHERS = 'others'

export interface Refused {
  count: number
  readonly examples: string[]
}

/** Which metrics were refused series for some reason, for the report, log and metrics. */
export class RefusedSeries {
  readonly byMetric = new Map<string, Refused>()
  /** Metrics that have not been told of. */
  readonly news = new Set<string>()

  add(metric: string, example: string): void {
    const isOther = !this.byMetric.has(metric) && this.byMetric.size >= METRICS_MAX
    const name = isOther ? OTHERS : metric
    let refused = this.byMetric.get(name)
    if (refused === undefined) {
      this.byMetric.set(name, (refused = { count: 0, examples: [] }))
      this.news.add(name)
    }
    refused.count++
    if (refused.examples.length < EXAMPLES) refused.examples.push(example)
  }
}
