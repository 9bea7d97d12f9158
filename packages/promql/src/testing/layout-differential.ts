import { WeirError } from '@weir/model'
import { parseExpr } from '../parse/parse.ts'
import { prettify } from '../prettify.ts'
import { treeJson } from '../tree-json.ts'
import { FEATURES } from './differential.ts'
import type { PrometheusPeer } from './prometheus.ts'
import type { Random } from './random.ts'
import { RandomQuery } from './random-query.ts'

/** Keys that trees have got since Prometheus 3.5. */
const NEWER = new Set(['anchored', 'smoothed', 'offsetExpr', 'rangeExpr', 'stepExpr', 'fillValues'])

/** Has both sides lay out and take apart random expressions; returns what they disagree on. */
export async function layoutDisagreements(
  peer: PrometheusPeer,
  random: Random,
  count: number,
): Promise<string[]> {
  const queries = new RandomQuery(random)
  const found: string[] = []
  for (let i = 0; i < count; i++) {
    const expr = random.chance(0.2) ? broken(random, queries.any()) : queries.any()
    const layout = await peer.format(expr)
    const tree = await peer.parse(expr)
    const ours = settle(expr)
    // 3.5 breaks inside where an operand is missing in an aggregation, and says so.
    if (/unexpected error|index out of range/.test(layout.error ?? '')) continue
    if (plain(ours.error) !== plain(layout.error)) {
      found.push(`${expr}: theirs ${layout.error}, ours ${ours.error}`)
    } else if (ours.error === undefined) {
      if (ours.layout !== layout.data) {
        found.push(`${expr}: theirs\n${layout.data}\nours\n${ours.layout}`)
      }
      const theirs = JSON.stringify(sorted(tree.data))
      const mine = JSON.stringify(sorted(ours.tree))
      if (mine !== theirs) found.push(`${expr}: theirs ${theirs}, ours ${mine}`)
    }
  }
  return found
}

function settle(expr: string): { layout?: string; tree?: unknown; error?: string } {
  try {
    const parsed = parseExpr(expr, FEATURES)
    return { layout: prettify(parsed), tree: JSON.parse(JSON.stringify(treeJson(parsed))) }
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    return { error: `invalid parameter "query": ${error.message}` }
  }
}

/** An error's sentence, without what has been worded anew since Prometheus 3.5. */
function plain(error: string | undefined): string | undefined {
  return error
    ?.replace('"<Item 57400>" ', '')
    .replace('"@"', '<op:@>')
    .replace('subquery or range selector', 'subquery selector')
    .replace(/number, duration, step\(\), (?:or range\(\)|range\(\),(?= or))/, 'number or duration')
    .replace(/unexpected "," in subquery .*/, "unexpected character in duration expression: ','")
    .replace(
      /unexpected character: '.', expected ':'|unexpected (?:colon '.'|"[a-z]" in subquery selector).*/u,
      'a letter in brackets',
    )
}

/** One character more, less or another: mistakes as people make them. */
function broken(random: Random, text: string): string {
  const at = random.below(text.length)
  const sign = random.pick('(){}[],=+*"@:5xm '.split(''))
  const drops = random.chance(0.5) ? 1 : 0
  return text.slice(0, at) + (random.chance(0.6) ? sign : '') + text.slice(at + drops)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !NEWER.has(key))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}
