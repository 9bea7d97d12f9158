import { type RefObject, useLayoutEffect, useState } from 'react'

interface Size {
  readonly width: number
  readonly height: number
}

/** Pixels of an element, now and whenever they change; nothing before it is in the document. */
export function useSize(element: RefObject<Element | null>, isThere: boolean): Size | undefined {
  const [size, setSize] = useState<Size>()
  useLayoutEffect(() => {
    const measured = element.current
    if (!isThere || measured === null) return undefined
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = measured
      setSize((before) =>
        before?.width === width && before.height === height ? before : { width, height },
      )
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(measured)
    return () => observer.disconnect()
  }, [element, isThere])
  return size
}
