import { type ReadDashboard, readDashboards } from '@weir/boards'
import { WeirError } from '@weir/model'
import type { Document } from './document.ts'

/**
 * A document brought up to date, as it is shown.
 *
 * @throws {WeirError} `DASHBOARD_INVALID`
 */
export function readBoard(document: Document): ReadDashboard {
  const [first] = readDashboards(document).dashboards
  if (first !== undefined) return first
  throw new WeirError('DASHBOARD_INVALID', 'Cannot read the dashboard: there are no panels in it')
}
