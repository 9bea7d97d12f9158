import { useLocalStorage } from '@mantine/hooks'
import { useCallback, useMemo } from 'react'

const NONE: readonly string[] = []
const RECENT = 'weir-boards-recent'
const RECENT_MAX = 8

/** Dashboards that the reader starred, by uid; remembered in this browser. */
export function useStars(): {
  readonly stars: ReadonlySet<string>
  readonly toggle: (uid: string) => void
} {
  const [list, setList] = useLocalStorage<readonly string[]>({
    key: 'weir-boards-starred',
    defaultValue: NONE,
    getInitialValueInEffect: false,
    deserialize: readList,
  })
  const stars = useMemo(() => new Set(list), [list])
  const toggle = useCallback(
    (uid: string) =>
      setList((before) =>
        before.includes(uid) ? before.filter((each) => each !== uid) : [...before, uid],
      ),
    [setList],
  )
  return { stars, toggle }
}

/** The dashboards that were looked at last, the newest first. */
export function recentBoards(): readonly string[] {
  return readList(localStorage.getItem(RECENT) ?? undefined)
}

export function rememberVisit(uid: string): void {
  const others = recentBoards().filter((each) => each !== uid)
  try {
    localStorage.setItem(RECENT, JSON.stringify([uid, ...others].slice(0, RECENT_MAX)))
  } catch {
    // A browser that keeps nothing shows no recent ones.
  }
}

/** What is stored may be of anybody: only a list of texts is taken. */
function readList(text: string | undefined): readonly string[] {
  try {
    const found: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(found) ? found.filter((each) => typeof each === 'string') : NONE
  } catch {
    return NONE
  }
}
