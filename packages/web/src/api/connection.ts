import { useSyncExternalStore } from 'react'

// Whether the last request reached Weir. A tiny store: requests write it, the banner reads it.
let lost = false
const listeners = new Set<() => void>()

function set(next: boolean): void {
  if (lost === next) return
  lost = next
  for (const listener of listeners) listener()
}

export function connectionLost(): void {
  set(true)
}

export function connectionWorks(): void {
  set(false)
}

/** True while Weir cannot be reached. */
export function useConnectionLost(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => lost,
  )
}
