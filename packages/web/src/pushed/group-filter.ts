import type { PushGroupView } from '@weir/packs'

export const PUSH_STATES = ['refused', 'good'] as const
export type PushState = (typeof PUSH_STATES)[number]

/** How the last push to a group ended. */
export function pushState({ lastError }: PushGroupView): PushState {
  return lastError === '' ? 'good' : 'refused'
}

/**
 * Groups that are wanted, those whose last push was refused first, else by job and labels, so that
 * they stay where they are while others are pushed.
 *
 * @param query words, each of which must be somewhere in the labels or the error
 */
export function wantedGroups(
  groups: readonly PushGroupView[],
  query: string,
  state: PushState | undefined,
): PushGroupView[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return groups
    .filter((group) => state === undefined || pushState(group) === state)
    .map((group) => ({ group, name: groupName(group) }))
    .filter(({ group, name }) => {
      const text = `${name} ${group.lastError}`.toLowerCase()
      return words.every((word) => text.includes(word))
    })
    .toSorted((a, b) => rank(a.group) - rank(b.group) || ORDER.compare(a.name, b.name))
    .map(({ group }) => group)
}

/** Its labels as one text, the job first; no two groups have the same. */
export function groupName({ labels: { job = '', ...others } }: PushGroupView): string {
  const parts = Object.entries(others).map(([name, value]) => ` ${name}=${value}`)
  return `job=${job}${parts.toSorted().join('')}`
}

function rank(group: PushGroupView): number {
  return PUSH_STATES.indexOf(pushState(group))
}

/** `worker-9` before `worker-10`. */
const ORDER = new Intl.Collator('en', { numeric: true })
