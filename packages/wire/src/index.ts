export {
  COUNTER,
  DISTRIBUTION,
  EventColumns,
  GAUGE,
  SET,
  STATSD_REJECTS,
  type StatsdReject,
  TIMER,
  rejectIndex,
} from './statsd/event-columns.ts'
export { type ParseOptions, parseStatsd } from './statsd/parse.ts'
export {
  type NameDialects,
  type NamedTags,
  escapeName,
  readTags,
  splitName,
} from './statsd/name.ts'
