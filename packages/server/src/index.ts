/**
 * The process. `serve` starts everything; the rest is for the command line's checks and for benches.
 */
export { type Address, type Weir, serve } from './serve.ts'
export { type Flags, givenPacks, packSources, readConfig } from './config/load-config.ts'
export { packYaml, readPack } from './packs/own/own-packs.ts'
export { packJsonSchema } from './packs/own/pack-schema.ts'
export { type CheckedBoard, checkBoards } from './dashboards/check-boards.ts'
export { type ConfigCheck, checkConfig } from './config/check-config.ts'
export {
  type RouteNodeView,
  type RouteView,
  type RulesTestFailure,
  type RulesTestOutcome,
  type TestedAlert,
  type TestedSample,
  checkRules,
  filesNamed,
  readRouteTree,
  runRulesTests,
} from '@weir/alerting'
export { formatQuery, formatValue, runScript } from '@weir/promql'
export { type StatsdIntake, type StatsdOptions, startStatsd } from './intake/statsd.ts'
export { type StatsdConfig, statsdConfig } from './statsd/config.ts'
export { type EventExplanation, explainLine } from './statsd/explain.ts'
export { type ImportFormat, type ImportResult } from './import/import-page.ts'
export { type ImportTarget, importIntoFolder } from './import/into-folder.ts'
export type { Scope } from './access/scope.ts'
export { readWebConfig } from './access/web-config/web-config.ts'
export { readHttpConfig } from './config/http-config-file.ts'
export { withTokensIn } from './access/tokens/offline.ts'
export { type TokenDraft, type TokenView, tokenDraft } from './access/tokens/token-book.ts'
export { Mapping } from './statsd/mapping.ts'
export { readMappings } from './statsd/mapping-file.ts'
export { parseOptions } from './statsd/parse-options.ts'
export { openLog } from './telemetry/log.ts'
export { Registry } from './telemetry/registry.ts'
export { configSchema } from './config/json-schema.ts'
export { type CountsFrom, countsFrom } from './config/at-start.ts'
export { type LogsReport, checkLogs, repairLogs } from '@weir/logs'
export { type DataReport, checkData, repairData } from '@weir/tsdb'
export type { Manifest } from './backup/manifest.ts'
export { backupOfDirectory } from './backup/data-dir-backup.ts'
export { verifyArchive } from './backup/read-archive.ts'
export {
  type Added,
  addBackup,
  chooseBackup,
  fromRepository,
  keepNewest,
  knownChecksums,
  lockRepository,
  verifyBackup,
} from './backup/repository.ts'
export { type Restored, type Unpack, fromArchive, restore, sizeOf } from './backup/restore.ts'
export { bundleOfDirectory } from './support/data-dir-bundle.ts'
export { type AdoptSources, type Adopted, adopt } from './adopt/adopt.ts'
export type { AdoptItem, AdoptVerdict } from './adopt/item.ts'
export { readRequest, writeRequestsOf } from './import/remote-read-bytes.ts'
export { matchersOf } from './query/selector.ts'
export { PrometheusData } from './import/prometheus-data/prometheus-data.ts'
