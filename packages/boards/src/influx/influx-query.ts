/** What an InfluxQL query asks, whether it was built in parts or written as text. */

/** `mean("rate") * 60 AS x`: a field, and what is done to it from the inside out. */
export interface InfluxColumn {
  readonly field: string
  readonly calls: readonly InfluxCall[]
  /** `* 60`, at its end. */
  readonly math: string
  readonly alias: string
}

export interface InfluxCall {
  readonly name: string
  /** What follows the field: `10s`, `95`. */
  readonly argument: string
}

export interface InfluxQuery {
  readonly measurement: string
  readonly columns: readonly InfluxColumn[]
  /** The conditions as text, or as a builder's parts. */
  readonly where: string
  /** `1m`, `$__interval`; '' without. */
  readonly every: string
  readonly tags: readonly string[]
  /** `null`, `none`, `0`, `previous`, `linear`; '' without. */
  readonly fill: string
  /** Columns that the query below picked: those of `select … from (select …)`. */
  readonly inner?: readonly string[]
}

/** A word of a query, and how many brackets are open where it begins. */
interface Word {
  readonly text: string
  readonly from: number
  readonly to: number
  readonly depth: number
}

const WORD =
  /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|~\s*\/(?:[^/\\]|\\[^])*\/|\$\{[^}]*\}|\[\[\w*\]\]|[\w$.:]+|\S/g
const TEXT_MAX = 10_000

/** @returns why not, as a sentence's end, where it cannot be read */
export function parseInfluxText(text: string): InfluxQuery | string {
  if (text.length > TEXT_MAX) return 'is too long'
  return parseSelect(text.trim().replace(/;$/, ''), 0)
}

function parseSelect(text: string, level: number): InfluxQuery | string {
  if (level > 3) return 'selects from too many selects'
  const words = wordsOf(text)
  if (words[0]?.text.toLowerCase() !== 'select') return 'is no SELECT'
  const clauses = clausesOf(text, words)
  if (clauses === undefined) return 'has no FROM'
  const columns = splitAtCommas(clauses.select).map(parseColumn)
  const odd = columns.find((column) => typeof column === 'string')
  if (odd !== undefined) return odd
  const groups = splitAtCommas(clauses.group)
  const time = groups.map((group) => /^time\s*\(\s*([^,)]+)/i.exec(group.trim())?.[1]).find(Boolean)
  const tags = groups
    .map((group) => bare(group))
    .filter((group) => group !== '' && !/^time\s*\(/i.test(group))
  const rest = {
    columns: columns.filter((column) => typeof column !== 'string'),
    every: (time ?? '').trim(),
    tags,
    fill: clauses.fill,
  }
  const source = clauses.from.trim()
  if (!source.startsWith('(')) {
    if (source.startsWith('/')) return 'selects measurements by a pattern'
    return { ...rest, measurement: lastName(source), where: clauses.where }
  }
  const inner = parseSelect(source.slice(1, source.lastIndexOf(')')), level + 1)
  if (typeof inner === 'string') return inner
  const where = [inner.where, clauses.where].filter((part) => part !== '').join(' AND ')
  return {
    ...rest,
    measurement: inner.measurement,
    where,
    inner: inner.columns.map(({ field }) => field),
  }
}

function wordsOf(text: string): readonly Word[] {
  let depth = 0
  return [...text.matchAll(WORD)].map((found) => {
    const word = found[0]
    if (word === ')') depth--
    const here = depth
    if (word === '(') depth++
    return { text: word, from: found.index, to: found.index + word.length, depth: here }
  })
}

interface Clauses {
  readonly select: string
  readonly from: string
  readonly where: string
  readonly group: string
  readonly fill: string
}

/** Cuts a query at the keywords outside of brackets and quotes. */
function clausesOf(text: string, words: readonly Word[]): Clauses | undefined {
  const find = (name: string): Word | undefined =>
    words.find((word) => word.depth === 0 && word.text.toLowerCase() === name)
  const from = find('from')
  if (from === undefined) return undefined
  const where = find('where')
  const group = find('group')
  const fill = find('fill')
  const ends = [
    where,
    group,
    fill,
    find('order'),
    find('limit'),
    find('slimit'),
    find('offset'),
    find('tz'),
  ]
    .filter((word) => word !== undefined)
    .map((word) => word.from)
  const until = (start: number): number =>
    Math.min(text.length, ...ends.filter((end) => end > start))
  const clause = (word: Word | undefined): string =>
    word === undefined ? '' : text.slice(word.to, until(word.from)).trim()
  return {
    select: text.slice(words[0]!.to, from.from).trim(),
    from: clause(from),
    where: clause(where),
    group: clause(group).replace(/^by\b/i, '').trim(),
    fill: clause(fill).replaceAll(/[()\s]/g, ''),
  }
}

function splitAtCommas(text: string): readonly string[] {
  const parts: string[] = []
  let start = 0
  for (const word of wordsOf(text)) {
    if (word.text !== ',' || word.depth !== 0) continue
    parts.push(text.slice(start, word.from))
    start = word.to
  }
  return [...parts, text.slice(start)].filter((part) => part.trim() !== '')
}

/** `non_negative_derivative(mean("count"), 1m) * 60 AS "x"`. */
function parseColumn(text: string): InfluxColumn | string {
  let rest = text.trim()
  let alias = ''
  const named = /\s+as\s+("[^"]*"|\w+)$/i.exec(rest)
  if (named !== null) {
    alias = bare(named[1]!)
    rest = rest.slice(0, named.index).trim()
  }
  const counted = /^(.*[)"\w])\s*([-+*/]\s*\d+(?:\.\d+)?)$/s.exec(rest)
  const math = counted?.[2] ?? ''
  if (counted !== null && (rest.endsWith(')') || math !== '')) rest = counted[1]!.trim()
  while (rest.startsWith('(') && rest.endsWith(')')) rest = rest.slice(1, -1).trim()
  const calls: InfluxCall[] = []
  for (;;) {
    const call = /^(\w+)\s*\((.*)\)$/s.exec(rest)
    if (call === null) break
    const [argument = '', ...more] = splitAtCommas(call[2]!)
    calls.unshift({ name: call[1]!.toLowerCase(), argument: more.join(',').trim() })
    if (calls.length > 5) return 'calls too many functions'
    rest = argument.trim()
  }
  const field = bare(rest)
  if (!/^"[^"]*"(?:::\w+)?$|^[\w.]+(?:::\w+)?$/.test(rest))
    return `has the column ${text.trim().slice(0, 60)}`
  return { field, calls, math, alias }
}

function bare(text: string): string {
  return text
    .trim()
    .replace(/::\w+$/, '')
    .replaceAll(/^"|"$/g, '')
}

/** `"db"."policy"."m"` → `m`; an unquoted name may have dots of its own. */
function lastName(text: string): string {
  const quoted = text.match(/"(?:[^"\\]|\\[^])*"/g)
  return quoted === null ? text : quoted.at(-1)!.slice(1, -1).replaceAll(/\\(.)/g, '$1')
}
