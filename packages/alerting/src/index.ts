/**
 * Rules, alert state, templates, routing, the durable outbox and the notifiers.
 *
 * Reading order: `rules/source`, `rules/config`, `rules/group`, `rules/alert`; `route/config`,
 * `route/tree`, `route/group`; `notify/stages`, `outbox/outbox`, `notify/webhook`; `alerting` ties them.
 */
export {
  type Alerting,
  type AlertingOptions,
  type AlertingSetup,
  type AlertmanagerSource,
} from './options.ts'
export { startAlerting } from './alerting.ts'
export { type RulesCheck, checkRules } from './rules/config.ts'
export { type RecordingGroup, recordingGroups } from './rules/recording-groups.ts'
export { type RecordingRuleSpec } from './rules/config.ts'
export { recordedLabels } from './rules/recording.ts'
export { expressionBudget } from './route/expression-budget.ts'
export { type MatcherMode, matcherModeOf, parseMatcher } from './route/matcher-mode.ts'
export { type RouteMatcher, showMatcher, showMatchers, wholeMatch } from './route/matcher.ts'
export { readRouteTree } from './route/route-tree.ts'
export {
  DEFAULT_CONFIG,
  alertmanagerHints,
  alertmanagerSchema,
  checkAlertmanagerConfig,
} from './route/config.ts'
export {
  type QuerySample,
  type RuleFile,
  type RuleGroupSource,
  type RuleQueries,
  type RuleQuery,
  type RuleSource,
} from './rules/source.ts'
export {
  type ActiveAlertView,
  type AlertingRuleView,
  type AlertState,
  type AlertsView,
  type GroupFigures,
  type RecordingRuleView,
  type RuleGroupView,
  type RuleGroupsView,
  type RuleHealth,
  type RuleView,
} from './rules/view.ts'
export {
  type AlertGroupView,
  type AlertStatusView,
  type PostedAlert,
  type ReceiverView,
  type RoutedAlertView,
  type RouteNodeView,
  type RouteView,
  type RoutingViews,
} from './route/views.ts'
export { type Silencer } from './route/muting.ts'
export {
  type BacktestRule,
  type BacktestVariant,
  type RulePick,
  type VariantWish,
  backtestRules,
  variantsOf,
} from './backtest/plan.ts'
export { type Recorded, readsRecorded, withoutRecorded } from './backtest/recorded.ts'
export { type AnswerColumns, type Firing, type ReplaySlice, RuleReplay } from './backtest/replay.ts'
export { DEFAULT_NO_DATA } from './rules/no-data.ts'
export { filesNamed } from './rules-test/files-named.ts'
export { type RulesTestsRequest, runRulesTests } from './rules-test/rules-tests.ts'
export {
  type RulesTestFailure,
  type RulesTestOutcome,
  type TestedAlert,
  type TestedSample,
} from './rules-test/outcome.ts'
export { type FailingIntegrationView } from './outbox/failing.ts'
export { type NotificationView } from './outbox/notification-view.ts'
export {
  type Arrival,
  type SimulatedNotification,
  type Simulation,
  simulateRouting,
} from './route/simulate.ts'
export {
  type Silence,
  type SilenceDraft,
  type SilenceState,
  type SilenceView,
} from './silence/silence.ts'
export { type Silences } from './silence/silences.ts'
export {
  type ManagedRules,
  type RuleAction,
  type RuleAuthor,
  type RuleChange,
  type RuleDraft,
  type RulePreview,
  type RuleRow,
} from './managed/views.ts'
export {
  type AlertEventKind,
  type AlertEventView,
  type HistoryAnswer,
  type HistoryQuestion,
} from './history/alert-event.ts'
export { type AlertMarks } from './marks/alert-marks.ts'
export { type MarkDoor } from './marks/mark-book.ts'
export { type MaintenanceDoor, type MaintenanceView } from './maintenance/maintenance-book.ts'
export { type MaintenanceDraft, type Occurrence } from './maintenance/window.ts'
export { type ReceiverTestView, type TestWanted } from './notify/receiver-test.ts'
export { type Fetch, type FetchAnswer, type FetchRequest } from './notify/fetch.ts'
export { type Picture, type PictureSource } from './notify/picture.ts'
export {
  type ClusterView,
  NO_PEERS,
  type PeerLease,
  type PeerOptions,
  type Peers,
} from './cluster/cluster.ts'
export { type LeaseView } from './cluster/lease/lease.ts'
export { type PeerDoor, type PeerView } from './cluster/peer-link.ts'
export { type AlertingCounter, type AlertingLog, type AlertingTelemetry } from './telemetry.ts'
