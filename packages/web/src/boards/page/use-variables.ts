import { type Dashboard, initialChoices } from '@weir/boards'
import { useEffect, useMemo, useState } from 'react'
import { type BoardAnswer, askBoard } from './ask-board.ts'
import type { BoardSearch } from './board-search.ts'
import type { BoardTime } from './board-time.ts'
import { type Known, type Settled, settle } from './variables.ts'

/** The variables of a board: asked for level by level, and again when others or the time change. */
export function useVariables(
  dashboard: Dashboard,
  search: BoardSearch,
  time: BoardTime,
  timezone: string,
): Settled | undefined {
  const [known, setKnown] = useState<Known>(new Map<string, BoardAnswer>())
  const [opened] = useState(search)
  const paramsText = JSON.stringify(paramsOf(search))
  const { settled, missing } = useMemo(() => {
    const params = JSON.parse(paramsText) as [string, string][]
    const choices = initialChoices(dashboard.templating.list, params)
    const given = new Set(
      Object.entries(opened)
        .filter(([name, value]) => name.startsWith('var-') && sameIn(params, name, value))
        .map(([name]) => name.slice(4)),
    )
    return settle(dashboard, { choices, given, time, timezone, params }, known)
  }, [dashboard, paramsText, time, timezone, known, opened])
  const missingText = JSON.stringify([...missing])

  useEffect(() => {
    const questions = JSON.parse(missingText) as typeof missing extends ReadonlyMap<string, infer Q>
      ? [string, Q][]
      : never
    if (questions.length === 0) return undefined
    const leaving = new AbortController()
    const told: BoardAnswer[] = []
    const take = (): void => {
      if (leaving.signal.aborted) return
      const keys = new Map(questions.map(([key], i) => [String(i), key]))
      setKnown((before) => {
        const all = [...before, ...told.map((one) => [keys.get(one.id)!, one] as const)]
        return new Map(all.slice(-KNOWN_MAX))
      })
    }
    const asked = questions.map(([, question], i) => ({ id: String(i), ...question }))
    askBoard(asked, (answer) => told.push(answer), leaving.signal).then(take, (error: unknown) => {
      const text = error instanceof Error ? error.message : 'no answer'
      const got = new Set(told.map(({ id }) => id))
      for (const { id } of asked) {
        if (!got.has(id)) told.push({ id, status: 'error', errorType: 'unavailable', error: text })
      }
      take()
    })
    return () => leaving.abort()
  }, [missingText])

  const [last, setLast] = useState<Settled>()
  const isDone = missing.size === 0
  if (isDone && last !== settled) setLast(settled)
  // While a question is open, the board stays as it was.
  return isDone ? settled : last
}

/** Answers kept for a board; older ones are asked again. */
const KNOWN_MAX = 500

function paramsOf(search: BoardSearch): [string, string][] {
  return Object.entries(search).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : (value ?? [])).map((one): [string, string] => [
      name,
      one,
    ]),
  )
}

function sameIn(
  params: readonly (readonly [string, string])[],
  name: string,
  value: string | readonly string[] | undefined,
): boolean {
  const now = params.filter(([other]) => other === name).map(([, one]) => one)
  const then = typeof value === 'string' ? [value] : (value ?? [])
  return now.length === then.length && now.every((one, i) => one === then[i])
}
