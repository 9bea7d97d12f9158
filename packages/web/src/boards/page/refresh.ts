import { useEffect, useEffectEvent } from 'react'

/** Calls again and again while the page can be seen; who comes back after a longer time sees it new at once. */
export function useRefresh(everyMs: number | undefined, again: () => void): void {
  const act = useEffectEvent(again)
  useEffect(() => {
    if (everyMs === undefined) return undefined
    let dueMs = performance.now() + everyMs
    const look = (): void => {
      if (document.hidden || performance.now() < dueMs) return
      dueMs = performance.now() + everyMs
      act()
    }
    const timer = setInterval(look, Math.min(everyMs, 1000))
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [everyMs])
}
