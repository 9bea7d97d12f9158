import type { LogEntry, Telling } from '../notify/stages.ts'
import type { Addressee } from '../outbox/item.ts'
import type { NotificationFacts } from '../template/notification-data.ts'

/** Where groups hand over what is to be told, and ask what was told: the outbox, or a stand-in that only counts. */
export interface NotificationDoor {
  /** What was last said to an integration about a group. */
  logEntry(to: Addressee, groupKey: string): LogEntry | undefined
  /** Remembers something as said, without saying it. */
  note(to: Addressee, groupKey: string, entry: LogEntry): Promise<void>
  /**
   * Takes a notification.
   *
   * @throws when it could not be kept: the group tries again soon
   */
  put(to: Addressee, facts: NotificationFacts, telling: Telling): Promise<void>
}
