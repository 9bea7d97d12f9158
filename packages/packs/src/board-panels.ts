/** Short ways to say the panels that boards of packs are made of. */
import type { DashboardPanel } from './pack.ts'

type Target = readonly [expr: string, legend: string]

function targetsOf(targets: readonly Target[]): DashboardPanel['targets'] {
  return targets.map(([expr, legend]) => ({ expr, legend }))
}

type Rest = Partial<Omit<DashboardPanel, 'title' | 'help' | 'unit' | 'targets' | 'kind'>>

/** Lines over time, a third of the width unless told. */
export function graph(
  [title, help]: readonly [title: string, help: string],
  unit: string,
  targets: readonly Target[],
  rest: Rest = {},
): DashboardPanel {
  return { kind: 'timeseries', title, help, unit, width: 8, ...rest, targets: targetsOf(targets) }
}

/** One figure. */
export function stat(
  [title, help]: readonly [title: string, help: string],
  unit: string,
  expr: string,
  rest: Rest = {},
): DashboardPanel {
  return { kind: 'stat', title, help, unit, width: 4, ...rest, targets: [{ expr, legend: '' }] }
}

/** Bars, one a series. */
export function bars(
  [title, help]: readonly [title: string, help: string],
  unit: string,
  target: Target,
  rest: Rest = {},
): DashboardPanel {
  return {
    kind: 'bargauge',
    title,
    help,
    unit,
    width: 12,
    ...rest,
    targets: targetsOf([target]),
  }
}

/** Buckets of a histogram over time. */
export function heatmap(
  [title, help]: readonly [title: string, help: string],
  expr: string,
): DashboardPanel {
  return {
    kind: 'heatmap',
    title,
    help,
    unit: 's',
    width: 12,
    targets: [{ expr, legend: '{{le}}' }],
  }
}

/** Three lines: the median and two higher quantiles of a histogram. */
export function quantiles(buckets: string): Target[] {
  return ['0.5', '0.95', '0.99'].map((q) => [
    `histogram_quantile(${q}, sum by (le) (${buckets}))`,
    `p${q.slice(2).padEnd(2, '0')}`,
  ])
}

/** The mean of a timer or a histogram, by labels. */
export function mean(metric: string, by: string, matchers = ''): string {
  const selector = matchers === '' ? '' : `{${matchers}}`
  const sum = (what: string): string =>
    `sum by (${by}) (rate(${metric}_${what}${selector}[${RATE}]))`
  return `${sum('sum')} / ${sum('count')}`
}

export const RATE = '$__rate_interval'
