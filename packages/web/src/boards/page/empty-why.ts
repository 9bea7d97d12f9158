import { type BoardAnswer, type BoardQuestion, askBoard } from './ask-board.ts'

/** A node of the tree that `/api/v1/parse_query` gives, as far as it is read here. */
interface Node {
  readonly type?: string
  readonly name?: string
  readonly matchers?: readonly Matcher[]
  readonly [key: string]: unknown
}

interface Matcher {
  readonly name: string
  readonly type: '=' | '!=' | '=~' | '!~'
  readonly value: string
}

interface Selector {
  readonly matchers: readonly Matcher[]
}

/** Selectors looked at; a query of more is explained by its first. */
const SELECTORS_MAX = 6
const MATCHERS_MAX = 12

/** All selectors of a query, each once. */
export function selectorsIn(tree: unknown): readonly Selector[] {
  const found = new Map<string, Selector>()
  const walk = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > 200) return
    const node = value as Node
    if (node.type === 'vectorSelector' || node.type === 'matrixSelector') {
      const named = node.matchers ?? []
      const hasName = named.some(({ name }) => name === '__name__')
      const own = { name: '__name__', type: '=', value: node.name ?? '' } as const
      const matchers = hasName || (node.name ?? '') === '' ? named : [own, ...named]
      found.set(selectorText(matchers), { matchers })
      return
    }
    for (const child of Object.values(node)) walk(child, depth + 1)
  }
  walk(tree, 0)
  return [...found.values()].slice(0, SELECTORS_MAX)
}

export function selectorText(matchers: readonly Matcher[]): string {
  const each = matchers.map(
    ({ name, type, value }) => `${JSON.stringify(name)}${type}${JSON.stringify(value)}`,
  )
  return `{${each.join(',')}}`
}

/** Says in a sentence what makes a query find nothing; undefined where it is none of the usual reasons. */
export async function reasonOf(
  tree: unknown,
  span: { readonly startMs: number; readonly endMs: number },
  signal: AbortSignal,
  ask: typeof askBoard = askBoard,
): Promise<string | null> {
  const selectors = selectorsIn(tree)
  const questions = new Map<string, BoardQuestion>()
  for (const [i, { matchers }] of selectors.entries()) {
    const whole = { kind: 'series', limit: 1, ...span } as const
    questions.set(`${i}`, { ...whole, expr: selectorText(matchers) })
    const name = matchers.filter((matcher) => matcher.name === '__name__')
    if (name.length > 0) {
      questions.set(`${i} name`, { ...whole, expr: selectorText(name) })
      questions.set(`${i} ever`, { ...whole, expr: selectorText(name), startMs: 0 })
    }
    for (const [k] of matchers.slice(0, MATCHERS_MAX).entries()) {
      const rest = matchers.filter((_, other) => other !== k)
      if (isOpen(rest)) continue
      questions.set(`${i} without ${k}`, { ...whole, expr: selectorText(rest) })
    }
  }
  if (questions.size === 0) return null
  const has = new Map<string, boolean>()
  const take = (answer: BoardAnswer): void => {
    if (answer.status === 'success')
      has.set(answer.id, (answer.data as readonly unknown[]).length > 0)
  }
  await ask(
    [...questions].map(([id, question]) => ({ id, ...question })),
    take,
    signal,
  )
  for (const [i, { matchers }] of selectors.entries()) {
    if (has.get(`${i}`) !== false) continue
    return sentence(matchers, i, has)
  }
  return 'The metrics have data, but nothing comes out of the calculation: a comparison that nothing passes, labels that do not meet, or too short a range.'
}

/** A selector needs a matcher that does not match the empty text. */
function isOpen(matchers: readonly Matcher[]): boolean {
  return matchers.every(
    ({ type, value }) =>
      (type === '=' && value === '') ||
      (type === '!=' && value !== '') ||
      type === '!~' ||
      (type === '=~' && /^(?:\.\*)?$/.test(value)),
  )
}

function sentence(
  matchers: readonly Matcher[],
  i: number,
  has: ReadonlyMap<string, boolean>,
): string {
  const name = matchers.find((matcher) => matcher.name === '__name__')
  const metric = name?.value ?? 'This selector'
  if (name !== undefined && has.get(`${i} ever`) === false) {
    return `There is no metric ${metric}: nobody has sent it.`
  }
  if (name !== undefined && has.get(`${i} name`) === false) {
    return `${metric} has no samples in this time; it had some before or after.`
  }
  const culprits = matchers.filter(
    (matcher, k) => matcher !== name && has.get(`${i} without ${k}`) === true,
  )
  if (culprits.length === 0) return `${metric} has series, but none with all of these labels.`
  const shown = culprits.map(
    (matcher) => `${matcher.name}${matcher.type}${JSON.stringify(matcher.value)}`,
  )
  const empty = culprits.find(({ type, value }) => type === '=' && value === '')
  const hint = empty === undefined ? '' : `: the variable behind ${empty.name} may be empty`
  return `${metric} has series, but none with ${shown.join(' or ')}${hint}.`
}
