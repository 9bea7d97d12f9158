import { useLocalStorage } from '@mantine/hooks'
import { useCallback, useMemo } from 'react'

const NONE: readonly string[] = []

/** Pipelines that the reader marked, by their key; remembered in this browser. */
export function useFavourites(): {
  readonly favourites: ReadonlySet<string>
  readonly toggle: (key: string) => void
} {
  const [list, setList] = useLocalStorage<readonly string[]>({
    key: 'weir-favourites',
    defaultValue: NONE,
    getInitialValueInEffect: false,
    deserialize: readList,
  })
  const favourites = useMemo(() => new Set(list), [list])
  const toggle = useCallback(
    (key: string) =>
      setList((before) =>
        before.includes(key) ? before.filter((each) => each !== key) : [...before, key],
      ),
    [setList],
  )
  return { favourites, toggle }
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
