import { type HtmlContext, type ValueContext, afterHtml, beforeAction } from './context.ts'
import {
  type Content,
  cssString,
  cssValue,
  htmlAttribute,
  htmlBareAttribute,
  htmlName,
  htmlRcdata,
  htmlText,
  jsRegexp,
  jsString,
  jsTemplate,
  jsValue,
  urlEscape,
  urlFilter,
  urlNormalize,
  urlSet,
} from './escape.ts'
import type { CssContext } from './css-context.ts'
import { HtmlFailure } from './html-failure.ts'
import type { JsContext } from './js-context.ts'
import type { UrlPart } from './url-part.ts'

/** A value to be written: its text, what is vouched for, and as JSON for where code stands. */
export interface HtmlValue extends Content {
  readonly json: () => string
  /** What the pipeline ends with already; it takes the place of our own escaping of that sort. */
  readonly escapedBy?: {
    readonly name: 'html' | 'urlquery'
    readonly escape: (text: string) => string
  }
}

/**
 * Knows where the output of a template stands and makes every piece fit: the template's own text
 * passes (comments go, a lone `<` becomes an entity), values are escaped for their place.
 */
export class HtmlWriter {
  #context: HtmlContext = { at: 'text' }

  /** The template's own text, as it goes out. */
  text(text: string): string {
    let written = ''
    for (let at = 0; at < text.length;) {
      const before = this.#context
      const [after, to] = afterHtml(before, text, at)
      this.#context = after
      written += shown(before, after, text.slice(at, to))
      at = to
    }
    return written
  }

  /** A value, as it goes out. */
  value(given: HtmlValue): string {
    const context = beforeAction(this.#context)
    const value = isMerged(context, given.escapedBy?.name) ? given : escapedFirst(given)
    this.#context = afterValueWritten(context)
    switch (context.at) {
      case 'text':
        return ownOr(htmlText, value)
      case 'rcdata':
        return ownOr(htmlRcdata, value)
      case 'comment':
        return ''
      case 'attribute-name':
        return htmlName(value)
      case 'script':
        return inScript(context.inside, value).text
      case 'style':
        return inStyle(context.inside, value).text
      case 'value': {
        const isBare = context.quote === ' '
        if (isBare && value.escapedBy?.name === 'html') {
          throw new HtmlFailure('predefined escaper "html" disallowed in template')
        }
        const content = inValue(context.inside, value)
        if (isBare) return htmlBareAttribute(content)
        return ownOr(htmlAttribute, { ...value, ...content })
      }
      case 'tag':
      case 'after-name':
      case 'before-value':
        throw new HtmlFailure(`no place for a value: ${context.at}`)
      default:
        return context satisfies never
    }
  }

  /** @throws {HtmlFailure} when the page would end inside of something */
  end(): void {
    if (this.#context.at !== 'text') {
      throw new HtmlFailure(`ends in a non-text context: ${this.#context.at}`)
    }
  }
}

/** Whether an escaper at the end of the pipeline takes the place of one of ours here. */
function isMerged(context: HtmlContext, name: 'html' | 'urlquery' | undefined): boolean {
  if (name === undefined) return true
  if (name === 'html') return ['text', 'rcdata', 'value'].includes(context.at)
  const url = context.at === 'value' ? context.inside : undefined
  if (context.at === 'style') return context.inside.in.endsWith('-url')
  return url?.in === 'url' || (url?.in === 'css' && url.css.in !== 'rules')
}

function escapedFirst({ text, escapedBy }: HtmlValue): HtmlValue {
  const escaped = escapedBy!.escape(text)
  return { text: escaped, kind: 'plain', json: () => JSON.stringify(escaped) }
}

function ownOr(escape: (content: Content) => string, value: HtmlValue): string {
  return value.escapedBy?.name === 'html' ? value.escapedBy.escape(value.text) : escape(value)
}

/** A slash behind a value divides; a URL has begun. */
function afterValueWritten(context: HtmlContext): HtmlContext {
  const divides = (js: JsContext): JsContext =>
    js.in === 'code' ? { ...js, slashDivides: true } : js
  if (context.at === 'script') return { ...context, inside: divides(context.inside) }
  if (context.at !== 'value' || context.inside.in !== 'js') return context
  return { ...context, inside: { in: 'js', js: divides(context.inside.js) } }
}

function inValue(inside: ValueContext, value: HtmlValue): Content {
  switch (inside.in) {
    case 'plain':
    case 'meta':
      return value
    case 'meta-url':
      return urlFilter(value)
    case 'srcset':
      return plain(urlSet(value))
    case 'url':
      return inUrl(inside.part, value, urlNormalize)
    case 'js':
      return inScript(inside.js, value)
    case 'css':
      return inStyle(inside.css, value)
    default:
      return inside satisfies never
  }
}

const plain = (text: string): Content => ({ text, kind: 'plain' })

function inUrl(part: UrlPart, value: HtmlValue, path: (content: Content) => string): Content {
  const escape = value.escapedBy?.name === 'urlquery' ? value.escapedBy.escape : undefined
  if (part === 'query') return plain(escape?.(value.text) ?? urlEscape(value))
  const filtered = part === 'start' ? urlFilter(value) : value
  return plain(escape?.(filtered.text) ?? path(filtered))
}

function inScript(js: JsContext, value: HtmlValue): Content {
  switch (js.in) {
    case 'code':
      return plain(jsValue(value.json()))
    case 'double-quoted':
    case 'single-quoted':
      return plain(jsString(value.text))
    case 'template':
      return plain(jsTemplate(value.text))
    case 'regexp':
      return plain(jsRegexp(value.text))
    case 'line-comment':
    case 'block-comment':
      return plain('')
    default:
      return js.in satisfies never
  }
}

function inStyle(css: CssContext, value: HtmlValue): Content {
  switch (css.in) {
    case 'rules':
      return plain(cssValue(value.text))
    case 'double-quoted':
    case 'single-quoted':
      return inUrl(css.part, value, ({ text }) => cssString(text))
    case 'double-quoted-url':
    case 'single-quoted-url':
    case 'bare-url':
      return inUrl(css.part, value, urlNormalize)
    case 'line-comment':
    case 'block-comment':
      return plain('')
    default:
      return css.in satisfies never
  }
}

/** What of a piece of the template's text is shown: all but comments, and lone `<` as an entity. */
function shown(before: HtmlContext, after: HtmlContext, piece: string): string {
  if (before.at === 'comment') return ''
  if (before.at === 'text' || before.at === 'rcdata') {
    const tag = after.at === before.at ? piece.length : piece.lastIndexOf('<')
    const text = tag < 0 ? piece : piece.slice(0, tag)
    const rest = tag < 0 || after.at === 'comment' ? '' : piece.slice(tag)
    return text.replace(/<(?!!doctype)/gi, '&lt;') + rest
  }
  if (before.at === 'script') return shownCode(before.inside, after, piece)
  if (before.at === 'style') return shownCode(before.inside, after, piece)
  return piece
}

/** Comments of scripts and styles go; a script's end tag within a literal ends nothing. */
function shownCode(inside: JsContext | CssContext, after: HtmlContext, piece: string): string {
  const isComment = (kind: string): boolean => kind.endsWith('-comment')
  if (isComment(inside.in)) {
    const isLine = inside.in === 'line-comment'
    return isLine ? '' : 'braces' in inside && /[\n\r\u2028\u2029]/.test(piece) ? '\n' : ' '
  }
  if (inside.in !== 'code' && 'braces' in inside) {
    return piece.replace(/<(script|\/script|!--)/gi, '\\x3C$1')
  }
  const next = after.at === 'script' || after.at === 'style' ? after.inside.in : ''
  return isComment(next) ? piece.replace(/(?:\/\/|\/\*|<!--|-->|#!)$/, '') : piece
}
