import { type RefObject, useEffect, useState } from 'react'

/** So far beyond the edges of the window things are made ready. */
const MARGIN = '500px 0px'

const seen = new WeakMap<Element, (isNear: boolean) => void>()
let observer: IntersectionObserver | undefined

/** One observer for all: a board may have thousands of panels. */
function watcher(): IntersectionObserver {
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) seen.get(target)?.(isIntersecting)
    },
    { rootMargin: MARGIN },
  )
  return observer
}

/** Whether an element is in sight, or nearly. */
export function useNear(element: RefObject<Element | null>): boolean {
  const [isNear, setNear] = useState(false)
  useEffect(() => {
    const watched = element.current
    if (watched === null) return undefined
    seen.set(watched, setNear)
    watcher().observe(watched)
    return () => {
      watcher().unobserve(watched)
      seen.delete(watched)
    }
  }, [element])
  return isNear
}
