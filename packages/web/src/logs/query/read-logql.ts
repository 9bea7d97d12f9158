import type { SyntaxNode } from '@lezer/common'
import { parser } from '@grafana/lezer-logql'
import { type Condition, type LogQuery, type Stage, isAnyStream, unquoted } from './log-query.ts'
import { type TextFilter, wordOf } from './words.ts'

/** What a text in the editor is. */
export type ReadQuery =
  | { readonly kind: 'lines'; readonly query: LogQuery }
  /** It counts or measures: its answer is series, not lines. `lines`: the query of what is counted, '' when nothing is. */
  | { readonly kind: 'series'; readonly lines: string }
  | { readonly kind: 'broken'; readonly at: number }

/** Stages after which the line is another one, so that words cannot be put before them. */
const CHANGES_LINE = /^\|\s*(line_format|decolorize|unpack)\b/

/** Reads LogQL into parts. Comments are left out. */
export function readLogql(text: string): ReadQuery {
  const tree = parser.parse(text)
  let broken = -1
  tree.iterate({
    enter: ({ type, from }) => {
      if (type.isError && broken < 0) broken = from
    },
  })
  if (broken >= 0) return { kind: 'broken', at: broken }
  const expr = tree.topNode.getChild('Expr')
  const lines = expr?.getChild('LogExpr')
  if (lines === null || lines === undefined)
    return { kind: 'series', lines: countedIn(tree.topNode, text) }
  const matchers = nodesIn(lines.getChild('Selector'), 'Matcher')
    .map((node) => conditionOf(node, text))
    .filter((condition) => !isAnyStream(condition))
  const words: string[] = []
  const stages: Stage[] = []
  for (const node of nodesIn(lines, 'LineFilter', 'PipelineStage')) {
    const said = wordsOf(node, text, stages)
    if (said === undefined) stages.push(stageOf(node, text))
    else words.push(said)
  }
  return { kind: 'lines', query: { matchers, words: words.join(' '), stages } }
}

/** The selector and stages of the first range in a query that counts. */
function countedIn(top: SyntaxNode, text: string): string {
  const range = nodesIn(top, 'LogRangeExpr')[0]
  const selector = range?.getChild('Selector')
  if (selector === null || selector === undefined) return ''
  const stages = nodesIn(range!, 'LineFilter', 'PipelineStage').map(({ from, to }) =>
    text.slice(from, to).trim(),
  )
  return [text.slice(selector.from, selector.to), ...stages].join(' ')
}

/** The outermost nodes of these kinds, in order; a stage of line filters is its line filters. */
function nodesIn(within: SyntaxNode | null, ...kinds: readonly string[]): SyntaxNode[] {
  const found: SyntaxNode[] = []
  for (let node = within?.firstChild ?? null; node !== null; node = node.nextSibling) {
    const isWanted = kinds.includes(node.name) && node.getChild('LineFilters') === null
    if (isWanted) found.push(node)
    else if (node.name !== 'Selector' || within?.name === 'Selector') {
      found.push(...nodesIn(node, ...kinds))
    }
  }
  return found
}

function wordsOf(node: SyntaxNode, text: string, before: readonly Stage[]): string | undefined {
  if (node.name !== 'LineFilter') return undefined
  const value = node.getChild('String')
  const operator = node.getChild('Filter')
  if (value === null || operator === null) return undefined
  // `or`, `ip(…)` and patterns are more than a word.
  if (/\S/.test(text.slice(operator.from, operator.to).replace(/^(\|=|!=|\|~|!~)/, ''))) {
    return undefined
  }
  if (text.slice(node.from, node.to).trimEnd().length > value.to - node.from) return undefined
  if (before.some((stage) => stage.kind === 'other' && CHANGES_LINE.test(stage.text))) {
    return undefined
  }
  return wordOf({
    operator: text.slice(operator.from, operator.to) as TextFilter['operator'],
    value: unquoted(text.slice(value.from, value.to)),
  })
}

function stageOf(node: SyntaxNode, text: string): Stage {
  const filter = node.getChild('LabelFilter')
  const matcher = filter?.getChild('Matcher')
  if (matcher !== null && matcher !== undefined && filter?.firstChild?.nextSibling === null) {
    return { kind: 'condition', condition: conditionOf(matcher, text) }
  }
  return { kind: 'other', text: text.slice(node.from, node.to).trim() }
}

function conditionOf(node: SyntaxNode, text: string): Condition {
  const [name, operator, value] = [node.firstChild!, node.firstChild!.nextSibling!, node.lastChild!]
  return {
    name: text.slice(name.from, name.to),
    operator: text.slice(operator.from, operator.to) as Condition['operator'],
    value: unquoted(text.slice(value.from, value.to)),
  }
}
