/**
 * The pipeline model and the packs. Reading order: `api` (what the page gets), `pack` (what a pack
 * is), `airflow/` (one pack, file by file), `rule-groups`, `export/`.
 */
export * from './api.ts'
export * from './audit-api.ts'
export * from './logger-api.ts'
export * from './backtest.ts'
export * from './logs-api.ts'
export type {
  AlertSeverity,
  MappingConfig,
  MappingRule,
  Pack,
  PackAlert,
  PackAlertingRule,
  PackRecordingRule,
  PackRule,
  PackRuleGroup,
  PackStage,
  ScrapeHint,
  SignalDefinition,
} from './pack.ts'
export { FLAVOURS, type Flavour, airflowFlavour } from './airflow/flavours.ts'
export { PACKS } from './registry.ts'
export { type AlertSettings, settingsProblems, withAlertSettings } from './alert-settings.ts'
export { type StageDescription, describeStage, readableStage } from './describe-stage.ts'
export { packRuleGroups } from './rule-groups.ts'
export { stageMetrics } from './stage-metrics.ts'
export { packMapping } from './mapping.ts'
export {
  type ExportedFile,
  exportDashboard,
  exportHelmValues,
  exportMapping,
  exportPack,
  exportRules,
  exportScrape,
} from './export/files.ts'
export type { DashboardForm } from './export/grafana.ts'
export { packAlertRows } from './alert-rows.ts'
export { LINE_PARSERS } from './log-lines/line-parsers.ts'
export type { LabelOf, LineParser, ParsedLine } from './log-lines/line-parser.ts'
export { type PackProblem, packProblems } from './check/check-pack.ts'
export { definePack } from './define-pack.ts'
export { seriesNames, seriesTest } from './check/expressions.ts'
