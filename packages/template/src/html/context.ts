import { unescapeEntities } from './entities.ts'
import { type JsContext, JS_START, afterJs, isJsType } from './js-context.ts'
import { type CssContext, CSS_START, afterCss } from './css-context.ts'
import { attributeKind } from './attributes.ts'
import { HtmlFailure } from './html-failure.ts'
import { type UrlPart, afterUrl } from './url-part.ts'

/**
 * Where in an HTML page the next character would land. Go's html/template knows this for every
 * action of a template and escapes its value for that place; so do we, but while the template runs:
 * the text written so far has been read by this machine, and it says what a value must not do.
 *
 * What the static check of Go cannot decide (branches that end in different places) is no question
 * here, since one branch is taken. What it refuses because browsers disagree (a quote in an
 * attribute's name, a template that ends inside a tag) is refused here too.
 *
 * @see go:src/html/template/context.go, transition.go
 */
export type HtmlContext =
  | { readonly at: 'text' }
  /** Inside `<title>` or `<textarea>`: entities but no tags. */
  | { readonly at: 'rcdata'; readonly element: Element }
  | { readonly at: 'comment' }
  | { readonly at: 'tag' | 'attribute-name'; readonly element: Element; readonly name: string }
  | { readonly at: 'after-name' | 'before-value'; readonly element: Element; readonly name: string }
  | {
      readonly at: 'value'
      readonly element: Element
      readonly name: string
      /** What closes the value; a blank stands for "unquoted". */
      readonly quote: '"' | "'" | ' '
      readonly inside: ValueContext
      /** The literal text of the value so far: the `type` of a script matters. */
      readonly text: string
    }
  | { readonly at: 'script'; readonly inside: JsContext }
  | { readonly at: 'style'; readonly inside: CssContext }

/** The language of an attribute's value, and where in it we are. */
export type ValueContext =
  | { readonly in: 'plain' | 'srcset' | 'meta' | 'meta-url' }
  | { readonly in: 'url'; readonly part: UrlPart }
  | { readonly in: 'js'; readonly js: JsContext }
  | { readonly in: 'css'; readonly css: CssContext }

type Element = '' | 'script' | 'style' | 'textarea' | 'title' | 'meta'

const ELEMENTS: ReadonlySet<string> = new Set(['script', 'style', 'textarea', 'title', 'meta'])

/** The context behind some more text, and how much of the text it took (at least what it could). */
export type Step = readonly [HtmlContext, number]

/** Reads on from `from`; stops at each change of context so that the caller can act on it. */
export function afterHtml(context: HtmlContext, text: string, from: number): Step {
  switch (context.at) {
    case 'text':
      return afterText(text, from)
    case 'rcdata': {
      const end = endTag(text, from, context.element)
      return end < 0 ? [context, text.length] : end === from ? closing(end) : [context, end]
    }
    case 'comment': {
      const end = text.indexOf('-->', from)
      return end < 0 ? [context, text.length] : [{ at: 'text' }, end + 3]
    }
    case 'script':
      return afterScript(context.inside, text, from)
    case 'style':
      return afterStyle(context.inside, text, from)
    case 'tag':
      return afterTag(context.element, text, from)
    case 'attribute-name': {
      const end = attributeNameEnd(text, from)
      const name = context.name + text.slice(from, end).toLowerCase()
      return [{ ...context, name, at: end < text.length ? 'after-name' : 'attribute-name' }, end]
    }
    case 'after-name': {
      const at = blanksEnd(text, from)
      if (at === text.length) return [context, at]
      if (text[at] !== '=') return [{ ...context, at: 'tag', name: '' }, at]
      return [{ ...context, at: 'before-value' }, at + 1]
    }
    case 'before-value': {
      const at = blanksEnd(text, from)
      if (at === text.length) return [context, at]
      const quote = text[at] === '"' || text[at] === "'" ? text[at] : ' '
      return [valueStart(context, quote), quote === ' ' ? at : at + 1]
    }
    case 'value':
      return afterValue(context, text, from)
    default:
      return context satisfies never
  }
}

const closing = (at: number): Step => [{ at: 'text' }, at]

/** What `<a href=` becomes when a value follows at once: the value has no quotes. */
export function beforeAction(context: HtmlContext): HtmlContext {
  if (context.at === 'tag' || context.at === 'after-name') {
    return { at: 'attribute-name', element: context.element, name: '' }
  }
  return context.at === 'before-value' ? valueStart(context, ' ') : context
}

function afterText(text: string, from: number): Step {
  for (let at = text.indexOf('<', from); at >= 0; at = text.indexOf('<', at + 1)) {
    if (text.startsWith('<!--', at)) return [{ at: 'comment' }, at + 4]
    const isEnd = text[at + 1] === '/'
    TAG_NAME.lastIndex = at + (isEnd ? 2 : 1)
    const name = TAG_NAME.exec(text)?.[0]
    if (name === undefined) continue
    const lower = name.toLowerCase()
    const element = isEnd || !ELEMENTS.has(lower) ? '' : (lower as Element)
    return [{ at: 'tag', element, name: '' }, TAG_NAME.lastIndex]
  }
  return [{ at: 'text' }, text.length]
}

const TAG_NAME = /[A-Za-z](?:[A-Za-z0-9]|[:-][A-Za-z0-9])*/y
const BLANK = ' \t\n\f\r'

function blanksEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && BLANK.includes(text[at]!)) at++
  return at
}

function afterTag(element: Element, text: string, from: number): Step {
  const at = blanksEnd(text, from)
  if (at === text.length) return [{ at: 'tag', element, name: '' }, at]
  if (text[at] === '>') return [contentOf(element), at + 1]
  const end = attributeNameEnd(text, at)
  if (end === at) {
    const found = JSON.stringify(text.slice(at, at + 32))
    throw new HtmlFailure(`expected space, attr name, or end of tag, but got ${found}`)
  }
  const name = text.slice(at, end).toLowerCase()
  return [{ at: end === text.length ? 'attribute-name' : 'after-name', element, name }, end]
}

function contentOf(element: Element): HtmlContext {
  if (element === 'script') return { at: 'script', inside: JS_START }
  if (element === 'style') return { at: 'style', inside: CSS_START }
  if (element === 'textarea' || element === 'title') return { at: 'rcdata', element }
  return { at: 'text' }
}

function attributeNameEnd(text: string, from: number): number {
  let at = from
  for (; at < text.length; at++) {
    const c = text[at]!
    if (BLANK.includes(c) || c === '=' || c === '>') return at
    if (`'"<`.includes(c)) {
      const name = JSON.stringify(text.slice(from, from + 32))
      throw new HtmlFailure(`${JSON.stringify(c)} in attribute name: ${name}`)
    }
  }
  return at
}

type InName = Extract<HtmlContext, { at: 'before-value' | 'after-name' }>
type InValue = Extract<HtmlContext, { at: 'value' }>

function valueStart({ element, name }: InName, quote: InValue['quote']): InValue {
  return { at: 'value', element, name, quote, inside: languageOf(element, name), text: '' }
}

function languageOf(element: Element, name: string): ValueContext {
  if (element === 'script' && name === 'type') return { in: 'plain' }
  if (element === 'meta' && name === 'content') return { in: 'meta' }
  switch (attributeKind(name)) {
    case 'url':
      return { in: 'url', part: 'start' }
    case 'css':
      return { in: 'css', css: CSS_START }
    case 'js':
      return { in: 'js', js: JS_START }
    case 'srcset':
      return { in: 'srcset' }
    case 'plain':
    case 'unsafe':
      return { in: 'plain' }
  }
}

function afterValue(context: InValue, text: string, from: number): Step {
  const { quote } = context
  const ends = quote === ' ' ? `${BLANK}>` : quote
  let end = from
  while (end < text.length && !ends.includes(text[end]!)) end++
  const raw = text.slice(from, end)
  if (quote === ' ') {
    const odd = /["'<=`]/.exec(raw)
    if (odd !== null) {
      throw new HtmlFailure(`${JSON.stringify(odd[0])} in unquoted attr: ${JSON.stringify(raw)}`)
    }
  }
  if (end === text.length) {
    const inside = afterInside(context.inside, unescapeEntities(raw))
    return [{ ...context, inside, text: context.text + raw }, end]
  }
  const { element, name } = context
  // A script whose type is not JavaScript (a template, say) is text to a browser.
  const isOther = element === 'script' && name === 'type' && !isJsType(context.text + raw)
  const next: HtmlContext = { at: 'tag', element: isOther ? '' : element, name: '' }
  return [next, quote === ' ' ? end : end + 1]
}

function afterInside(inside: ValueContext, text: string): ValueContext {
  switch (inside.in) {
    case 'plain':
    case 'srcset':
      return inside
    case 'url':
      return { in: 'url', part: afterUrl(inside.part, text) }
    case 'meta':
      return /url[ \t\n\f\r]*=[^;]*$/i.test(text) ? { in: 'meta-url' } : inside
    case 'meta-url':
      return text.includes(';') ? afterInside({ in: 'meta' }, text) : inside
    case 'js': {
      let js = inside.js
      for (let at = 0; at < text.length;) [js, at] = afterJs(js, text, at)
      return { in: 'js', js }
    }
    case 'css': {
      let css = inside.css
      for (let at = 0; at < text.length;) [css, at] = afterCss(css, text, at)
      return { in: 'css', css }
    }
    default:
      return inside satisfies never
  }
}

/** The last answer: a script is read in many small steps, and each asks where it ends. */
let lastEnd = { text: '', element: '', from: 0, index: -1 }

/** Where `</element` followed by something that ends a tag name begins; -1 if nowhere. */
function endTag(text: string, from: number, element: string): number {
  const isKnown =
    lastEnd.text === text &&
    lastEnd.element === element &&
    lastEnd.from <= from &&
    (lastEnd.index < 0 || lastEnd.index >= from)
  if (isKnown) return lastEnd.index
  const pattern = new RegExp(`</${element}[> \\t\\n\\f/]`, 'ig')
  pattern.lastIndex = from
  lastEnd = { text, element, from, index: pattern.exec(text)?.index ?? -1 }
  return lastEnd.index
}

function afterScript(inside: JsContext, text: string, from: number): Step {
  // Within a literal the end tag is escaped instead, so there it ends nothing.
  const isLiteral = inside.in !== 'code'
  const end = isLiteral ? -1 : endTag(text, from, 'script')
  if (end === from) return closing(end)
  const [js, at] = afterJs(inside, end < 0 ? text : text.slice(0, end), from)
  return [{ at: 'script', inside: js }, at]
}

function afterStyle(inside: CssContext, text: string, from: number): Step {
  const end = endTag(text, from, 'style')
  if (end === from) return closing(end)
  const [css, at] = afterCss(inside, end < 0 ? text : text.slice(0, end), from)
  return [{ at: 'style', inside: css }, at]
}
