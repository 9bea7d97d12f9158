/**
 * What people write and read of the server's own words: for commands that only ask a running Weir,
 * which are to be there at once and load nothing else of it.
 */
export { parseMatcher, showMatcher } from '@weir/alerting/matchers'
export { formatDuration, parseDuration } from '@weir/promql/duration'
export { SCOPES } from './access/scope.ts'
export { readByteSize } from './config/byte-size.ts'
export { LOG_LEVELS } from './loggers/level.ts'
