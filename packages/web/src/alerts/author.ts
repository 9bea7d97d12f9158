import { useLocalStorage } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { whoamiQuery } from '../api/access.ts'

/**
 * Who the reader is: as he logged in, which cannot be changed here. Where nobody is asked, as he says himself; that
 * is kept in the browser.
 */
export function useAuthor(): readonly [
  name: string,
  set: (name: string) => void,
  isKnown: boolean,
] {
  const { data } = useQuery(whoamiQuery)
  const [said, setSaid] = useLocalStorage({
    key: 'weir-author',
    defaultValue: '',
    getInitialValueInEffect: false,
  })
  const known = data?.isAsked === true ? data.who.name : ''
  return known === '' ? [said, setSaid, false] : [known, setSaid, true]
}
