import { HtmlFailure } from './html-failure.ts'

/**
 * Where in a piece of JavaScript the next character would land: code, a literal or a comment. Whether
 * a slash in code divides or begins a regular expression is guessed from the token before it, as
 * Go's html/template does.
 */
export interface JsContext {
  readonly in:
    | 'code'
    | 'double-quoted'
    | 'single-quoted'
    | 'template'
    | 'regexp'
    | 'line-comment'
    | 'block-comment'
  /** In code: a slash would be a division. */
  readonly slashDivides: boolean
  /** Open braces within each `${` of a template literal. */
  readonly braces: readonly number[]
}

export const JS_START: JsContext = { in: 'code', slashDivides: false, braces: [] }

type Step = readonly [JsContext, number]

/** Reads on from `from` up to the next change of context. */
export function afterJs(context: JsContext, text: string, from: number): Step {
  switch (context.in) {
    case 'code':
      return afterCode(context, text, from)
    case 'double-quoted':
    case 'single-quoted':
    case 'regexp':
      return afterLiteral(context, text, from)
    case 'template':
      return afterTemplate(context, text, from)
    case 'line-comment': {
      const end = indexOfAny(text, /[\n\r\u2028\u2029]/g, from)
      return end < 0 ? [context, text.length] : [{ ...context, in: 'code' }, end]
    }
    case 'block-comment': {
      const end = text.indexOf('*/', from)
      return end < 0 ? [context, text.length] : [{ ...context, in: 'code' }, end + 2]
    }
    default:
      return context.in satisfies never
  }
}

function indexOfAny(text: string, pattern: RegExp, from: number): number {
  pattern.lastIndex = from
  return pattern.exec(text)?.index ?? -1
}

function afterCode(context: JsContext, text: string, from: number): Step {
  const at = indexOfAny(text, /["'`/{}<#-]/g, from)
  if (at < 0)
    return [{ ...context, slashDivides: dividesAfter(text.slice(from), context) }, text.length]
  const here = { ...context, slashDivides: dividesAfter(text.slice(from, at), context) }
  const enter = (kind: JsContext['in'], length: number): Step => [
    { ...here, in: kind, slashDivides: false },
    at + length,
  ]
  const comment = (length: number): Step => [{ ...here, in: 'line-comment' }, at + length]
  switch (text[at]) {
    case '"':
      return enter('double-quoted', 1)
    case "'":
      return enter('single-quoted', 1)
    case '`':
      return enter('template', 1)
    case '/':
      if (text[at + 1] === '/') return comment(2)
      if (text[at + 1] === '*') return [{ ...here, in: 'block-comment' }, at + 2]
      return here.slashDivides ? [{ ...here, slashDivides: false }, at + 1] : enter('regexp', 1)
    case '<':
      if (text.startsWith('<!--', at)) return comment(4)
      break
    case '-':
      if (text.startsWith('-->', at)) return comment(3)
      break
    case '#':
      if (text[at + 1] === '!') return comment(2)
      break
    default:
      return afterBrace(here, text, at)
  }
  return [{ ...here, slashDivides: dividesAfter(text[at], here) }, at + 1]
}

function afterBrace(context: JsContext, text: string, at: number): Step {
  const braces = [...context.braces]
  const open = braces.pop()
  const next: JsContext = { ...context, slashDivides: false }
  if (open === undefined) return [next, at + 1]
  if (text[at] === '{') return [{ ...next, braces: [...braces, open + 1] }, at + 1]
  if (open > 0) return [{ ...next, braces: [...braces, open - 1] }, at + 1]
  return [{ ...next, in: 'template', braces }, at + 1]
}

/** Whether a slash behind this run of tokens divides. */
function dividesAfter(run: string, before: JsContext): boolean {
  const text = run.trimEnd()
  if (text === '') return before.slashDivides
  const last = text.at(-1)!
  if (last === '+' || last === '-') {
    let start = text.length
    while (start > 0 && text[start - 1] === last) start--
    return (text.length - start) % 2 === 0
  }
  if (last === '.') return /\d\.$/.test(text)
  if (',<>=*%&|^?!~([:;{}'.includes(last)) return false
  return !BEFORE_REGEXP.test(text)
}

const BEFORE_REGEXP =
  /(?:^|[^\w$])(?:break|case|continue|delete|do|else|finally|in|instanceof|return|throw|try|typeof|void)$/

function afterLiteral(context: JsContext, text: string, from: number): Step {
  const end = context.in === 'double-quoted' ? '"' : context.in === 'single-quoted' ? "'" : '/'
  const isRegexp = context.in === 'regexp'
  let inClass = false
  for (let at = from; at < text.length; at++) {
    const c = text[at]!
    if (c === '\\') {
      if (++at === text.length) throw new HtmlFailure('unfinished escape sequence in JS string')
    } else if (isRegexp && c === '[') inClass = true
    else if (isRegexp && c === ']') inClass = false
    else if (c === end && !inClass) {
      if (isRegexp && /^<\/script/i.test(text.slice(at - 1, at + 7))) continue
      return [{ ...context, in: 'code', slashDivides: true }, at + 1]
    }
  }
  if (inClass) throw new HtmlFailure('unfinished JS regexp charset')
  return [context, text.length]
}

function afterTemplate(context: JsContext, text: string, from: number): Step {
  for (let at = from; at < text.length; at++) {
    const c = text[at]!
    if (c === '\\') {
      if (++at === text.length) throw new HtmlFailure('unfinished escape sequence in JS string')
    } else if (c === '`') {
      return [{ ...context, in: 'code', slashDivides: true }, at + 1]
    } else if (c === '$' && text[at + 1] === '{') {
      return [{ in: 'code', slashDivides: false, braces: [...context.braces, 0] }, at + 2]
    }
  }
  return [context, text.length]
}

const JS_TYPES: ReadonlySet<string> = new Set([
  '',
  'application/ecmascript',
  'application/javascript',
  'application/json',
  'application/ld+json',
  'application/x-ecmascript',
  'application/x-javascript',
  'module',
  'text/ecmascript',
  'text/javascript',
  'text/jscript',
  'text/livescript',
  'text/x-ecmascript',
  'text/x-javascript',
])

/** Whether a script of this type is taken as JavaScript (or JSON) by a browser. */
export function isJsType(type: string): boolean {
  const plain = type.split(';')[0]!.trim().toLowerCase()
  return JS_TYPES.has(plain) || /^text\/javascript1\.[0-5]$/.test(plain)
}
