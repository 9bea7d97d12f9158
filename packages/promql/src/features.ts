/**
 * Feature flags of PromQL, by Prometheus's names (`--enable-feature`). Flags that Prometheus 3.14 has on
 * always (`promql-at-modifier`, `promql-negative-offset`, `promql-duration-expr`, `native-histograms`)
 * are on here too.
 */

/** `mad_over_time`, `limitk`, `info` and the other experimental functions and aggregators. */
export const EXPERIMENTAL_FUNCTIONS = 'promql-experimental-functions'

/** Names are dropped at the end of a query, not by each function. */
export const DELAYED_NAME_REMOVAL = 'promql-delayed-name-removal'

/** `anchored` and `smoothed` behind selectors. */
export const EXTENDED_RANGE_SELECTORS = 'promql-extended-range-selectors'

/** `fill`, `fill_left` and `fill_right` behind binary operators. */
export const FILL_MODIFIERS = 'promql-binop-fill-modifiers'

/** Series carry their type and unit as `__type__` and `__unit__`. */
export const TYPE_AND_UNIT = 'type-and-unit-labels'

/** All that there are. */
export const FEATURES: readonly string[] = [
  EXPERIMENTAL_FUNCTIONS,
  DELAYED_NAME_REMOVAL,
  EXTENDED_RANGE_SELECTORS,
  FILL_MODIFIERS,
  TYPE_AND_UNIT,
]

/** What Prometheus's own answer scripts are run with: all of them that change what a query may say. */
export const SCRIPT_FEATURES: ReadonlySet<string> = new Set(
  FEATURES.filter((feature) => feature !== TYPE_AND_UNIT),
)
