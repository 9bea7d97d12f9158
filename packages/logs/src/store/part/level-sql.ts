import { LEVELS, SEVERITY_OF } from '@weir/model'

/** The word of a row's level. */
export const LEVEL_SQL = `CASE ${LEVELS.slice(1)
  .toReversed()
  .map((level) => `WHEN severity >= ${SEVERITY_OF[level]} THEN '${level}'`)
  .join(' ')} ELSE 'unknown' END`
