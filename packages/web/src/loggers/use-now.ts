import { useEffect, useState } from 'react'
import { serverNow } from '../time/server-clock.ts'

/** Weir's time, anew each second, for what counts down. */
export function useNow(): number {
  const [now, setNow] = useState(serverNow)
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), 1000)
    return () => clearInterval(timer)
  }, [])
  return now
}
