/**
 * Dashboards as pure functions: Grafana's JSON in every form it has had, brought up to date, filled
 * with data and written again. Runs in the server and in the browser alike: no sockets, no clocks, no DOM.
 *
 * Reading order: `dashboard`, `variable`, `read/read-dashboards`; `scope/scope`, `scope/interpolate`;
 * `variables/board-scope`, `variables/variable-plan`, `queries/expand-repeats`, `queries/panel-queries`.
 */
export type {
  Annotation,
  Dashboard,
  DashboardLink,
  DataLink,
  FieldConfig,
  FieldOptions,
  FieldOverride,
  GridPos,
  Panel,
  Target,
  Thresholds,
  Transformation,
  ValueMapping,
} from './dashboard.ts'
export type { Field, FieldType, Frame } from './frame.ts'
export type {
  BoardAnswer,
  BoardChange,
  BoardConflict,
  BoardImport,
  BoardList,
  BoardRow,
  BoardVersionRow,
  ImportedBoard,
} from './kept.ts'
export type { Note } from './note.ts'
export type { Variable, VariableValue } from './variable.ts'
export { formatDate } from './format/date.ts'
export { formatValue, isKnownUnit, knownUnits } from './format/format-value.ts'
export { type FormatOptions, type Formatted, formattedText } from './format/formatted.ts'
export { formatTicks } from './format/ticks.ts'
export type { Answer, QueryResult } from './frames/answer.ts'
export { framesOf } from './frames/frames-of.ts'

export { type ReadDashboard, type ReadDashboards, readDashboards } from './read/read-dashboards.ts'

export {
  type AdhocFilter,
  type DataContext,
  type Scope,
  type ScopeVariable,
  fixedVariable,
  scopeWith,
} from './scope/scope.ts'
export { type Purpose, interpolate, mentionedIn } from './scope/interpolate.ts'
export { spanMs, spanText } from './scope/duration.ts'
export { colorByName, inkOn, legibleOn, namedColor, paletteColor } from './color/named.ts'
export { continuousColor } from './color/scale.ts'
export { applyFieldConfig } from './field/apply-config.ts'
export { type DisplayOptions, type DisplayValue, displayOf, displayValue } from './field/display.ts'
export { displayNameOf } from './field/display-name.ts'
export { isColoredByValue, seriesColorOf, valueColorOf } from './field/field-color.ts'
export { type FieldScope, fillFieldText } from './field/scoped-text.ts'
export { thresholdSteps } from './field/threshold.ts'
export { type Pattern, readPattern } from './pattern.ts'
export { type Reducer, isMissing, reduceValues, reducerOf } from './reduce/reducers.ts'
export { type PanelFrames, panelFrames } from './panel-frames.ts'
export { applyTransformations, isKnownTransform } from './transform/apply.ts'

export { type Choices, choiceParams, initialChoices, settledChoice } from './variables/choices.ts'
export { boardScope } from './variables/board-scope.ts'
export { type VariableGraph, dependantsOf, variableGraph } from './variables/variable-graph.ts'
export { type VariablePlan, variablePlan } from './variables/variable-plan.ts'
export {
  ALL,
  type VariableAnswer,
  type VariableOption,
  type VariableOptions,
  variableOptions,
} from './variables/variable-options.ts'
export { exportDashboard } from './export/export-dashboard.ts'
export { PANEL_TYPES } from './panel-types.ts'
export {
  type DashboardReview,
  type PanelReview,
  reviewDashboard,
} from './review/review-dashboard.ts'
export { type InfluxTranslation, influxToPromql } from './influx/influx-to-promql.ts'
export { type InfluxNames, type InfluxSeries, PLAIN_NAMES } from './influx/names.ts'

export { type PlacedPanel, expandRepeats, visiblePanels } from './queries/expand-repeats.ts'
export {
  type PanelMoment,
  type PanelQuery,
  panelQueries,
  panelWindow,
} from './queries/panel-queries.ts'
export { type Step, intervalMs, stepOf } from './queries/step.ts'
export { filterMatchers, withMatchers } from './queries/with-matchers.ts'

export { dateMath } from './scope/date-math.ts'
export { LinearRegex, type RegexMatch, boardRegex } from './regex/linear-regex.ts'
export { textOf } from './text-of.ts'
export { compareValues } from './transform/columns.ts'

export { COLUMNS } from './edit/grid.ts'
export { type EditHistory, changed, historyOf, redone, undone } from './edit/history.ts'
export {
  type PanelKind,
  PANEL_KINDS,
  asType,
  asksForData,
  newPanel,
  newTarget,
} from './edit/new-panel.ts'
export {
  addPanel,
  addRow,
  allPanels,
  changePanel,
  duplicatePanel,
  foldRow,
  panelOf,
  placePanel,
  removePanel,
  removeRow,
  unfoldRow,
} from './edit/panels.ts'
export { intoRow, moveRow, stepRow } from './edit/sections.ts'
export { type MappingRow, mappingRows, mappingsOf } from './edit/mapping-rows.ts'
export { valueAt, withElement, withOrder, withValueAt } from './edit/paths.ts'
