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
export { ExpositionPage, type MetadataLine, type PageFault } from './exposition/page.ts'
export { SeriesTable } from './exposition/series-table.ts'
export { parseText } from './exposition/parse-text.ts'
export { parseOpenMetrics } from './exposition/parse-openmetrics.ts'
export { type Exposition, exposition } from './exposition/write.ts'
