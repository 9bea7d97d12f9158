/**
 * PromQL, equal to Prometheus 3.14: parse → check → execute, column-wise, over the door `Queryable`.
 *
 * Reading order: `ast`, `parse/`, `check`, then `execute/evaluation` and `execute/evaluate`.
 */
export type {
  Aggregation,
  Binary,
  Call,
  Expr,
  ExprType,
  MatrixSelector,
  Subquery,
  VectorSelector,
} from './ast.ts'
export { exprType } from './check.ts'
export { FEATURES } from './features.ts'
export { formatExpr } from './format.ts'
export { type PlanNode, planTree } from './plan-tree.ts'
export { formatQuery, prettify } from './prettify.ts'
export { partsOf, rewritten } from './rewrite.ts'
export { treeJson } from './tree-json.ts'
export { valueTest } from './matcher-test.ts'
export { formatDuration, parseDuration } from './parse/duration.ts'
export { unquote } from './parse/lexer.ts'
export { parseExpr, parseSelector, selectorsOf } from './parse/parse.ts'
export { formatValue, histogramText } from './value-text.ts'
export { type InstantRequest, type RangeRequest, instantQuery, rangeQuery } from './query.ts'
export type {
  Histograms,
  LookbackRule,
  MatrixSeries,
  QueryOptions,
  QueryResult,
  QueryStats,
  QueryValue,
  VectorSample,
} from './result.ts'
export { type PartRole, evaluatePart } from './execute/part.ts'
export type { Invitation, PartAnswer, Team } from './execute/split.ts'
export { MemoryQueryable } from './memory-queryable.ts'
export { type ScriptFailure, runScript } from './script/run-script.ts'
export { type LoadedItem, readMetric, readSeries } from './script/series-text.ts'
export { histogramExpression } from './script/histogram-expression.ts'
export { isReset } from './execute/native-histograms/compare.ts'
