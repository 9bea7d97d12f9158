import { createHash } from 'node:crypto'

/**
 * The name of an incident at services that know them by one: the hash of the group key, the same
 * that Alertmanager takes, so that a team that moves here resolves what it opened there.
 */
export function incidentKey(groupKey: string): string {
  return createHash('sha256').update(groupKey).digest('hex')
}
