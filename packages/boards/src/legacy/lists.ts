/** Panels whose settings stood in the panel itself: text, lists of alerts and of boards. */
import { type Json, record, text, without } from '../json.ts'

export function modernText(panel: Json): Json {
  const options = record(panel['options'])
  const mode = text(options['mode'] ?? panel['mode']) || 'markdown'
  return {
    ...without(panel, 'content', 'mode'),
    options: {
      ...options,
      // What was called text is shown as it is.
      mode: mode === 'text' ? 'code' : mode,
      content: text(options['content'] ?? panel['content']),
    },
  }
}

const ALERT_KEYS = ['show', 'limit', 'stateFilter', 'onlyAlertsOnDashboard', 'sortOrder', 'nameFilter', 'dashboardTags', 'folderId'] // prettier-ignore
const BOARD_KEYS = ['tags', 'query', 'limit', 'starred', 'recent', 'search', 'headings', 'folderId']

export function modernAlertList(panel: Json): Json {
  return moved(panel, ALERT_KEYS)
}

export function modernDashList(panel: Json): Json {
  const options = record(moved(panel, BOARD_KEYS)['options'])
  const renamed = {
    ...without(options, 'starred', 'recent', 'search', 'headings', 'limit'),
    showStarred: options['showStarred'] ?? options['starred'] ?? false,
    showRecentlyViewed: options['showRecentlyViewed'] ?? options['recent'] ?? false,
    showSearch: options['showSearch'] ?? options['search'] ?? false,
    showHeadings: options['showHeadings'] ?? options['headings'] ?? true,
    maxItems: options['maxItems'] ?? options['limit'] ?? 10,
  }
  return { ...moved(panel, BOARD_KEYS), options: renamed }
}

function moved(panel: Json, keys: readonly string[]): Json {
  const found = keys.filter((key) => panel[key] !== undefined)
  const old = Object.fromEntries(found.map((key) => [key, panel[key]]))
  return { ...without(panel, ...found), options: { ...old, ...record(panel['options']) } }
}
