/**
 * What lines have in common: a handful of patterns such as `<_> rows written to <_>` for thousands of lines.
 *
 * The idea is that of Drain (He et al., "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS
 * 2017). A line is cut into tokens. Lines of equally many tokens that begin with the same two constant words
 * share a short list of templates; a line joins the template that it resembles most, and where they differ the
 * template gets a gap. Nothing is compared with more than that list, so a line costs about its length:
 *
 * ```
 *   token count     first words        templates
 *       7      ──►  committed offset ──► committed offset <_> of partition <_> …
 *              └──►  <_>              ──► …
 * ```
 *
 * Two departures. Words with digits are gaps from the start, as are hex numbers and ids: that is what makes one
 * template of a million lines in the first place. And of a JSON object only its message counts, with gaps
 * around it, since `|> "<_>message<_>"` is what somebody will ask for next.
 */
export class PatternMiner {
  readonly #groups = new Map<string, Template[]>()
  readonly #templates: Template[] = []
  readonly #templatesMax: number
  /** Lines that found no room. */
  missed = 0

  /** @param templatesMax lines that would need more are only counted as missed */
  constructor(templatesMax = 300) {
    this.#templatesMax = templatesMax
  }

  /**
   * Takes a line in.
   *
   * @param step which sample of its pattern it counts for
   * @param weight how many lines it stands for
   */
  add(line: string, step: number, weight: number): void {
    const tokens = tokensOf(messageOf(line))
    if (tokens.length === 0) return
    const template = this.#templateFor(tokens)
    if (template === undefined) {
      this.missed++
      return
    }
    template.lines += weight
    template.steps.set(step, (template.steps.get(step) ?? 0) + weight)
  }

  /** Most frequent first. */
  patterns(): MinedPattern[] {
    return this.#templates
      .map(({ tokens, lines, steps }) => ({ pattern: patternText(tokens), lines, steps }))
      .toSorted((a, b) => b.lines - a.lines || (a.pattern < b.pattern ? -1 : 1))
  }

  #templateFor(tokens: readonly string[]): Template | undefined {
    const key = groupKey(tokens)
    const group = this.#groups.get(key) ?? []
    let best: Template | undefined
    let bestShare = SIMILAR_MIN
    for (const template of group) {
      const share = similarity(template.tokens, tokens)
      if (share < bestShare) continue
      best = template
      bestShare = share
    }
    if (best !== undefined) {
      generalise(best.tokens, tokens)
      return best
    }
    if (this.#templates.length >= this.#templatesMax || group.length >= GROUP_MAX) return undefined
    const made: Template = { tokens: [...tokens], lines: 0, steps: new Map() }
    this.#templates.push(made)
    group.push(made)
    this.#groups.set(key, group)
    return made
  }
}

export interface MinedPattern {
  /** With `<_>` for what varies, as `|>` takes it. */
  readonly pattern: string
  readonly lines: number
  /** How many of them by step. */
  readonly steps: ReadonlyMap<number, number>
}

interface Template {
  readonly tokens: string[]
  lines: number
  readonly steps: Map<number, number>
}

const GAP = '<_>'
/** Share of tokens that must be equal, gaps left out of both counts. */
const SIMILAR_MIN = 0.5
/** Templates that a line is compared with at most. */
const GROUP_MAX = 30
const TOKENS_MAX = 100
/** The rest of a long line is one gap. */
const LINE_CHARS_MAX = 1000

/** Names under which lines that are JSON objects keep what people read. */
const MESSAGE_KEYS = ['message', 'msg', '_msg', 'msg_', 'log', 'content', 'event', 'body'] as const

function messageOf(line: string): string {
  if (line.charCodeAt(0) !== 0x7b) return line
  let object: Readonly<Record<string, unknown>>
  try {
    object = JSON.parse(line) as typeof object
  } catch {
    return line
  }
  for (const key of MESSAGE_KEYS) {
    const message = object[key]
    if (typeof message === 'string' && message !== '') return `${GAP}${message}${GAP}`
  }
  return line
}

/** Words, and what stands between them as tokens of their own, so that a pattern joins to a text that lines match. */
function tokensOf(text: string): string[] {
  const isCut = text.length > LINE_CHARS_MAX
  const pieces = (isCut ? text.slice(0, LINE_CHARS_MAX) : text).match(PIECES) ?? []
  const tokens: string[] = []
  for (const piece of pieces) {
    if (tokens.length === TOKENS_MAX) return withGap(tokens)
    const token = VARIABLE.test(piece) ? GAP : piece
    if (token !== GAP || tokens.at(-1) !== GAP) tokens.push(token)
  }
  return isCut ? withGap(tokens) : tokens
}

const PIECES = /<_>|\s+|[^\s=:,;|"'()[\]{}<>]+|[=:,;|"'()[\]{}<>]/g
/** A digit anywhere makes a word a number, a time or an id. */
const VARIABLE = /\d|^<_>$/

function withGap(tokens: string[]): string[] {
  if (tokens.at(-1) !== GAP) tokens.push(GAP)
  return tokens
}

function groupKey(tokens: readonly string[]): string {
  const words = tokens.filter((token) => token !== GAP && !/^\W+$/.test(token))
  return `${tokens.length} ${words[0] ?? ''} ${tokens[0] === GAP ? '' : (words[1] ?? '')}`
}

function similarity(template: readonly string[], tokens: readonly string[]): number {
  let equal = 0
  let compared = 0
  for (let i = 0; i < tokens.length; i++) {
    if (template[i] === GAP && tokens[i] === GAP) continue
    if (/^\W+$/.test(tokens[i]!) && template[i] === tokens[i]) continue
    compared++
    if (template[i] === tokens[i]) equal++
  }
  return compared === 0 ? 1 : equal / compared
}

function generalise(template: string[], tokens: readonly string[]): void {
  for (let i = 0; i < template.length; i++) if (template[i] !== tokens[i]) template[i] = GAP
}

/** Joined; gaps that meet become one, since two captures side by side are no pattern. */
function patternText(tokens: readonly string[]): string {
  return tokens.filter((token, i) => token !== GAP || tokens[i - 1] !== GAP).join('')
}
