import type { EvaluationLimits } from '../query/job.ts'
import type { Flavour } from './config.ts'
import { victoriaExpr } from './victoria-expr.ts'

/**
 * How engines differ from Prometheus in what they want to be asked, and in what they do not answer.
 * docs/engines.md tells users of the same table.
 */
export interface Dialect {
  readonly flavour: Flavour
  /** The expression as this engine reads it. */
  expr(text: string): string
  /** Parameters of each evaluation beside the question itself. */
  tuning(limits: EvaluationLimits): Readonly<Record<string, string>>
  /** Parameters by which an answer in part becomes an error: rules must not end alerts for what is missing. */
  readonly whole: Readonly<Record<string, string>>
  /** Look-ups without a time mean the last minutes only: the whole time must be said. */
  readonly saysAllTime: boolean
  /** `limit` of queries is not known: answers are cut here. */
  readonly cutsHere: boolean
  /** Exemplars are not kept: those of the last hours are in the queue's own store. */
  readonly exemplarsHere: boolean
}

function lookback({ lookbackMs }: EvaluationLimits, name: string): Record<string, string> {
  return lookbackMs === undefined ? {} : { [name]: `${lookbackMs / 1000}s` }
}

/** The engines that are built on Prometheus's own code. */
function prometheusLike(flavour: Flavour): Dialect {
  return {
    flavour,
    expr: (text) => text,
    tuning: (limits) => lookback(limits, 'lookback_delta'),
    whole: flavour === 'thanos' ? { partial_response: 'false' } : {},
    saysAllTime: false,
    cutsHere: flavour !== 'prometheus',
    exemplarsHere: false,
  }
}

/**
 * VictoriaMetrics hides the newest 30 s from those who do not say `nocache`, since its insertions may come
 * late, and moves the grid of long ranges to whole steps. Rules and pages ask for given moments, and mean them.
 *
 * @see https://docs.victoriametrics.com/victoriametrics/keyconcepts/ "Query latency"
 */
const VICTORIA: Dialect = {
  flavour: 'victoriametrics',
  expr: victoriaExpr,
  tuning: (limits) => ({ nocache: '1', ...lookback(limits, 'max_lookback') }),
  whole: { deny_partial_response: '1' },
  saysAllTime: true,
  cutsHere: true,
  exemplarsHere: true,
}

export function dialectOf(flavour: Flavour): Dialect {
  return flavour === 'victoriametrics' ? VICTORIA : prometheusLike(flavour)
}

/** What an engine says of itself at `/api/v1/status/buildinfo`. */
export interface BuildAnswer {
  readonly version?: unknown
  readonly application?: unknown
  readonly revision?: unknown
}

/**
 * What an engine is, by what it says of itself. VictoriaMetrics plays an old Prometheus and says no more than
 * that; Mimir says its name, and Cortex says nothing unless `api.build_info_enabled` is on there.
 *
 * @param isTenant whether questions name a tenant as Mimir and Cortex want it
 */
export function flavourOf(build: BuildAnswer, hasStores: boolean, isTenant = false): Flavour {
  const application = typeof build.application === 'string' ? build.application.toLowerCase() : ''
  if (application.includes('mimir')) return 'mimir'
  if (application.includes('cortex')) return 'cortex'
  if (hasStores) return 'thanos'
  if (build.version === undefined && isTenant) return 'cortex'
  const isBare = build.revision === undefined && build.version === '2.24.0'
  return isBare || application.includes('victoria') ? 'victoriametrics' : 'prometheus'
}
