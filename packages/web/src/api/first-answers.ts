import type { UseQueryResult } from '@tanstack/react-query'
import { useState } from 'react'

/**
 * Whether each of some questions was answered once, if only by a refusal. It stays so while they are
 * asked anew: whoever has no answer yet counts as pending again each time, and a page that waited for him
 * then would show and hide what it has for ever.
 */
export function useFirstAnswers(questions: readonly Pick<UseQueryResult, 'isPending'>[]): boolean {
  const [areThere, setThere] = useState(false)
  const comeNow = !areThere && questions.every(({ isPending }) => !isPending)
  if (comeNow) setThere(true)
  return areThere || comeNow
}
