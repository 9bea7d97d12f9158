import type { EventView } from '@weir/packs'
import type { Notice } from '@weir/wire'

/** An event or service check before it is kept; what it is called is given by the store. */
export type Told = Omit<EventView, 'id'>

/** By a check's status. */
const CHECK_TYPES = ['success', 'warning', 'error', 'info'] as const

/** Farther ahead of the clock a sender's time is not believed: such an event would stay the newest for ever. */
const AHEAD_MS_MAX = 86_400_000

/** What a line says, as it is kept. */
export function told(notice: Notice, nowMs: number): Told {
  const { host, tags, container } = notice
  const sentMs = (notice.timeSeconds ?? 0) * 1000
  const atMs = sentMs > 0 && sentMs <= nowMs + AHEAD_MS_MAX ? sentMs : nowMs
  const rest = {
    atMs,
    host,
    tags: container === '' ? tags : [...tags, `container_id:${container}`],
  }
  if (notice.kind === 'event') {
    const { title, text, alertType, priority, source, aggregationKey } = notice
    return {
      kind: 'event',
      title,
      text,
      type: alertType,
      priority,
      source,
      aggregationKey,
      ...rest,
    }
  }
  return {
    kind: 'check',
    title: notice.name,
    text: notice.message,
    type: CHECK_TYPES[notice.status]!,
    priority: 'normal',
    source: '',
    aggregationKey: '',
    ...rest,
  }
}
