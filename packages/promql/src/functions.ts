import type { ExprType } from './ast.ts'

/** What the type checker knows about a function. */
export interface FunctionSignature {
  readonly args: readonly ExprType[]
  /** How many times the last argument may be missing or repeated: 0 exactly once, n up to n times, -1 any number. */
  readonly variadic: number
  readonly returns: ExprType
  /** Refused unless the feature `promql-experimental-functions` is on. */
  readonly experimental: boolean
}

const V = 'instant vector'
const R = 'range vector'
const S = 'scalar'
const T = 'string'

function signature(
  args: readonly ExprType[],
  variadic = 0,
  returns: ExprType = V,
  experimental = false,
): FunctionSignature {
  return { args, variadic, returns, experimental }
}

const ELEMENTWISE =
  'abs acos acosh asin asinh atan atanh ceil cos cosh deg exp floor ln log10 log2 rad sgn sin sinh sqrt tan tanh'
const OVER_TIME =
  'absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta increase irate last_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time stdvar_over_time sum_over_time'
const OVER_TIME_EXPERIMENTAL =
  'mad_over_time ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time'
const DATE = 'day_of_month day_of_week day_of_year days_in_month hour minute month year'

function each(names: string, signed: FunctionSignature): [string, FunctionSignature][] {
  return names.split(' ').map((name) => [name, signed])
}

/** Every function of the language, by name. */
export const FUNCTIONS: ReadonlyMap<string, FunctionSignature> = new Map([
  ...each(ELEMENTWISE, signature([V])),
  ...each(OVER_TIME, signature([R])),
  ...each(OVER_TIME_EXPERIMENTAL, signature([R], 0, V, true)),
  ...each(DATE, signature([V], 1)),
  ...each(
    'histogram_avg histogram_count histogram_stddev histogram_stdvar histogram_sum',
    signature([V]),
  ),
  ...each('absent sort sort_desc timestamp', signature([V])),
  ...each('start end step range', signature([], 0, S, true)),
  ...each('min_of max_of', signature([S, S], 0, S, true)),
  ...each('clamp_max clamp_min', signature([V, S])),
  ['start_timestamp', signature([V], 0, V, true)],
  ...each('sort_by_label sort_by_label_desc', signature([V, T], -1, V, true)),
  ['clamp', signature([V, S, S])],
  ['double_exponential_smoothing', signature([R, S, S], 0, V, true)],
  ['histogram_fraction', signature([S, S, V])],
  ['histogram_quantile', signature([S, V])],
  ['histogram_quantiles', signature([V, T, S, S], 9, V, true)],
  ['info', signature([V, V], 1, V, true)],
  ['label_join', signature([V, T, T, T], -1)],
  ['label_replace', signature([V, T, T, T, T])],
  ['pi', signature([], 0, S)],
  ['predict_linear', signature([R, S])],
  ['quantile_over_time', signature([S, R])],
  ['round', signature([V, S], 1)],
  ['scalar', signature([V], 0, S)],
  ['time', signature([], 0, S)],
  ['vector', signature([S])],
])
