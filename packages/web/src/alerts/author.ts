import { useLocalStorage } from '@mantine/hooks'

/** Who the reader says he is; Weir has no accounts, so it is asked once and kept in the browser. */
export function useAuthor(): readonly [name: string, set: (name: string) => void] {
  const [name, setName] = useLocalStorage({
    key: 'weir-author',
    defaultValue: '',
    getInitialValueInEffect: false,
  })
  return [name, setName]
}
