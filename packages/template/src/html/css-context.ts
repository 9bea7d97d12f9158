import { HtmlFailure } from './html-failure.ts'
import { type UrlPart, afterUrl } from './url-part.ts'

/** Where in a piece of CSS the next character would land. Strings are taken for URLs, to be careful. */
export interface CssContext {
  readonly in:
    | 'rules'
    | 'double-quoted'
    | 'single-quoted'
    | 'double-quoted-url'
    | 'single-quoted-url'
    | 'bare-url'
    | 'line-comment'
    | 'block-comment'
  readonly part: UrlPart
}

export const CSS_START: CssContext = { in: 'rules', part: 'start' }

type Step = readonly [CssContext, number]

/** How far back `url` is looked for. */
const KEYWORD_CHARS = 64

/** Reads on from `from` up to the next change of context. */
export function afterCss(context: CssContext, text: string, from: number): Step {
  switch (context.in) {
    case 'rules':
      return afterRules(context, text, from)
    case 'line-comment': {
      const found = /[\n\f\r]/.exec(text.slice(from))
      return found === null ? [context, text.length] : [CSS_START, from + found.index]
    }
    case 'block-comment': {
      const end = text.indexOf('*/', from)
      return end < 0 ? [context, text.length] : [CSS_START, end + 2]
    }
    case 'double-quoted':
    case 'double-quoted-url':
      return afterString(context, { text, from, ends: '"' })
    case 'single-quoted':
    case 'single-quoted-url':
      return afterString(context, { text, from, ends: "'" })
    case 'bare-url':
      return afterString(context, { text, from, ends: '\t\n\f\r )' })
    default:
      return context.in satisfies never
  }
}

function afterRules(context: CssContext, text: string, from: number): Step {
  for (let at = from; at < text.length; at++) {
    const c = text[at]
    if (c === '"') return [{ in: 'double-quoted', part: 'start' }, at + 1]
    if (c === "'") return [{ in: 'single-quoted', part: 'start' }, at + 1]
    if (c === '/' && text[at + 1] === '/') return [{ ...context, in: 'line-comment' }, at + 2]
    if (c === '/' && text[at + 1] === '*') return [{ ...context, in: 'block-comment' }, at + 2]
    if (
      c === '(' &&
      /(?:^|[^\w\u0080-\uFFFF-])url[\t\n\f\r ]*$/i.test(
        text.slice(Math.max(from, at - KEYWORD_CHARS), at),
      )
    ) {
      let start = at + 1
      while (start < text.length && '\t\n\f\r '.includes(text[start]!)) start++
      if (text[start] === '"') return [{ in: 'double-quoted-url', part: 'start' }, start + 1]
      if (text[start] === "'") return [{ in: 'single-quoted-url', part: 'start' }, start + 1]
      return [{ in: 'bare-url', part: 'start' }, start]
    }
  }
  return [context, text.length]
}

function afterString(
  context: CssContext,
  { text, from, ends }: { readonly text: string; readonly from: number; readonly ends: string },
): Step {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') {
      if (++at === text.length) throw new HtmlFailure('unfinished escape sequence in CSS string')
    } else if (ends.includes(text[at]!)) return [CSS_START, at + 1]
  }
  return [{ ...context, part: afterUrl(context.part, text.slice(from)) }, text.length]
}
