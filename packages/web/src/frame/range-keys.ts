import { useEffect, useEffectEvent } from 'react'
import { type TimeRange, shifted, zoomed } from '../time/range.ts'
import { serverNow } from '../time/server-clock.ts'

/** The frame's keys for the time range. */
export function useRangeKeys(range: TimeRange, onChange: (range: TimeRange) => void): void {
  const act = useEffectEvent((kind: unknown): void => {
    const now = serverNow()
    if (kind === 'zoom-out') onChange(zoomed(range, now, 2))
    else onChange(shifted(range, now, kind === 'back' ? -1 : 1))
  })
  useEffect(() => {
    const listen = (event: Event): void => act((event as CustomEvent<unknown>).detail)
    window.addEventListener('weir-range', listen)
    return () => window.removeEventListener('weir-range', listen)
  }, [])
}
