/** What a schema cannot see in a pack: expressions, names, and what refers to what. */
import { parseExpr } from '@weir/promql'
import type { DashboardDefinition, Pack, PackStage } from '../pack.ts'
import { alertCondition } from '../rule-groups.ts'
import { KnownSeries, askedText, filledIn, namesAsked } from './expressions.ts'

export interface PackProblem {
  /** Keys and positions, from the top of the pack. */
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** Everything that is wrong; empty for a good pack. */
export function packProblems(pack: Pack): PackProblem[] {
  return [...expressionProblems(pack), ...nameProblems(pack), ...referenceProblems(pack)]
}

interface Placed {
  readonly path: readonly (string | number)[]
  readonly expr: string
}

function expressionProblems(pack: Pack): PackProblem[] {
  const placed = placedExpressions(pack)
  const unread = placed.flatMap(({ path, expr }) => {
    const why = whyUnread(expr)
    return why === undefined ? [] : [{ path, message: why }]
  })
  // What is recorded is only known once everything can be read.
  if (unread.length > 0) return unread
  const known = new KnownSeries(pack)
  return placed.flatMap(({ path, expr }) =>
    namesAsked(expr)
      .filter((asked) => !known.has(asked))
      .map((asked) => ({
        path,
        message: `asks for ${askedText(asked)}, want a metric of this pack or a recorded rule`,
      })),
  )
}

function whyUnread(expr: string): string | undefined {
  try {
    parseExpr(expr)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function placedExpressions(pack: Pack): Placed[] {
  return [
    ...pack.records.map(({ expr }, i) => ({ path: ['records', i, 'expr'], expr })),
    ...pack.stages.flatMap(stageExpressions),
    ...pack.alerts.map((alert, i) => ({
      path: ['alerts', i, 'expr'],
      expr: alertCondition(alert),
    })),
    ...pack.dashboards.flatMap(boardExpressions),
  ]
}

function stageExpressions({ signals }: PackStage, i: number): Placed[] {
  return Object.entries(signals).flatMap(([kind, signal]) =>
    (['expr', 'ratio', 'p50', 'p99'] as const).flatMap((key) => {
      const expr = signal[key]
      return expr === undefined ? [] : [{ path: ['stages', i, 'signals', kind, key], expr }]
    }),
  )
}

function boardExpressions({ variables, rows }: DashboardDefinition, i: number): Placed[] {
  return [
    ...variables.map(({ metric }, j) => ({
      path: ['dashboards', i, 'variables', j, 'metric'],
      expr: filledIn(metric),
    })),
    ...rows.flatMap(({ panels }, j) =>
      panels.flatMap(({ kind, targets }, k) =>
        kind === 'logs'
          ? []
          : targets.map(({ expr }, n) => ({
              path: ['dashboards', i, 'rows', j, 'panels', k, 'targets', n, 'expr'],
              expr: filledIn(expr),
            })),
      ),
    ),
  ]
}

function nameProblems(pack: Pack): PackProblem[] {
  const twice = (key: string, names: readonly string[]): PackProblem[] =>
    names.flatMap((name, i) =>
      names.indexOf(name) === i
        ? []
        : [{ path: [key, i], message: `${JSON.stringify(name)} is there twice` }],
    )
  return [
    ...twice(
      'alerts',
      pack.alerts.map(({ name }) => name),
    ),
    ...twice(
      'metrics',
      pack.metrics.map(({ name }) => name),
    ),
    ...twice(
      'stages',
      pack.stages.map(({ stage }) => stage),
    ),
    ...twice(
      'dashboards',
      pack.dashboards.map(({ name }) => name),
    ),
  ]
}

function referenceProblems(pack: Pack): PackProblem[] {
  const known = new KnownSeries(pack)
  const stages = new Set(pack.stages.map(({ stage }) => stage))
  const isFromData = pack.stages.some((stage) => stage.isFromData === true)
  const asleep = pack.detect.flatMap((name, i) =>
    known.has({ kind: 'is', name })
      ? []
      : [
          {
            path: ['detect', i],
            message: `want a metric of this pack, got ${JSON.stringify(name)}`,
          },
        ],
  )
  const homeless = pack.alerts.flatMap(({ stage }, i) =>
    stages.has(stage) || stage.includes('{{') || isFromData || pack.stages.length === 0
      ? []
      : [
          {
            path: ['alerts', i, 'stage'],
            message: `want a stage of this pack, got ${JSON.stringify(stage)}`,
          },
        ],
  )
  return [...asleep, ...homeless]
}
