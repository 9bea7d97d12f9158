import { useEffect, useState } from 'react'

/** Where the screen is, in the list's own pixels. */
export function useScroll(list: React.RefObject<HTMLDivElement | null>): {
  readonly top: number
  readonly height: number
} {
  const [view, setView] = useState({ top: 0, height: 1200 })
  useEffect(() => {
    let frame = 0
    const measure = (): void => {
      frame = 0
      const box = list.current?.getBoundingClientRect()
      if (box) setView({ top: Math.round(-box.top), height: window.innerHeight })
    }
    const later = (): void => {
      frame ||= requestAnimationFrame(measure)
    }
    measure()
    window.addEventListener('scroll', later, { passive: true })
    window.addEventListener('resize', later)
    return () => {
      cancelAnimationFrame(frame)
      window.removeEventListener('scroll', later)
      window.removeEventListener('resize', later)
    }
  }, [list])
  return view
}
