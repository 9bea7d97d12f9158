import { useSyncExternalStore } from 'react'

// Whether Weir wants to know who asks. A tiny store: requests and logins write it, the frame reads it.
let unknown = false
const listeners = new Set<() => void>()

function set(next: boolean): void {
  if (unknown === next) return
  unknown = next
  for (const listener of listeners) listener()
}

/** A request was refused because nobody said who asks. */
export function nobodyIsKnown(): void {
  set(true)
}

/** Somebody logged in. */
export function somebodyIsKnown(): void {
  set(false)
}

/** Whether asking again is of no use before somebody logs in. */
export function isNobodyKnown(): boolean {
  return unknown
}

/** True while somebody must log in first. */
export function useNobodyKnown(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => unknown,
  )
}
