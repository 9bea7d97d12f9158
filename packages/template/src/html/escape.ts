import { attributeKind } from './attributes.ts'

/** What stands in place of a value that would have been dangerous. The word is Go's: people search it. */
const FAILSAFE = 'ZgotmplZ'

/** A text, and what its maker vouched for: Go's template.HTML and template.URL. */
export interface Content {
  readonly text: string
  readonly kind: 'plain' | 'html' | 'url'
}

/** The pairs are characters and what they become. */
function replacer(pairs: Readonly<Record<string, string>>): (text: string) => string {
  const inside = Object.keys(pairs).map(
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  const pattern = new RegExp(`[${inside.join('')}]`, 'g')
  return (text) => text.replace(pattern, (c) => pairs[c]!)
}

const MARKUP = {
  '\0': '\uFFFD',
  '"': '&#34;',
  "'": '&#39;',
  '+': '&#43;',
  '<': '&lt;',
  '>': '&gt;',
}
const NO_BLANKS = {
  ...MARKUP,
  '\0': '&#xfffd;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\v': '&#11;',
  '\f': '&#12;',
  '\r': '&#13;',
  ' ': '&#32;',
  '=': '&#61;',
  '`': '&#96;',
}

const escapeText = replacer({ ...MARKUP, '&': '&amp;' })
const normalizeText = replacer(MARKUP)
const escapeBare = replacer({ ...NO_BLANKS, '&': '&amp;' })
const normalizeBare = replacer(NO_BLANKS)

/** For the text between tags. */
export function htmlText({ text, kind }: Content): string {
  return kind === 'html' ? text : escapeText(text)
}

/** For `<title>` and `<textarea>`, where entities count and tags do not. */
export function htmlRcdata({ text, kind }: Content): string {
  return kind === 'html' ? normalizeText(text) : escapeText(text)
}

/** For an attribute's value in quotes. */
export function htmlAttribute({ text, kind }: Content): string {
  return kind === 'html' ? normalizeText(withoutTags(text)) : escapeText(text)
}

/** For an attribute's value without quotes: never empty, no blank in it. */
export function htmlBareAttribute({ text, kind }: Content): string {
  if (text === '') return FAILSAFE
  const escaped = kind === 'html' ? normalizeBare(withoutTags(text)) : escapeBare(text)
  return escaped.replace(
    /[\uFDD0-\uFDEF\uFFF0-\uFFFF]/g,
    (c) => `&#x${c.charCodeAt(0).toString(16)};`,
  )
}

function withoutTags(text: string): string {
  return text.replace(/<!--[\s\S]*?-->|<\/?[A-Za-z](?:"[^"]*"|'[^']*'|[^'">])*>?/g, '')
}

/** For an attribute's name: a plain word, and none that a browser acts on. */
export function htmlName({ text }: Content): string {
  const name = text.toLowerCase()
  return /^[a-z0-9]+$/.test(name) && attributeKind(name) === 'plain' ? name : FAILSAFE
}

/** At the start of a URL: only http, https, mailto and relative ones, unless vouched for. */
export function urlFilter(content: Content): Content {
  if (content.kind === 'url' || isSafeUrl(content.text)) return { ...content, kind: asUrl(content) }
  return { text: `#${FAILSAFE}`, kind: 'plain' }
}

const asUrl = ({ kind }: Content): Content['kind'] => (kind === 'url' ? 'url' : 'plain')

function isSafeUrl(url: string): boolean {
  const scheme = /^([^:]*):/.exec(url)?.[1]
  return scheme === undefined || scheme.includes('/') || /^(?:https?|mailto)$/i.test(scheme)
}

/** Before a `?`: what is reserved in URLs stays, the rest is percent-encoded. */
export function urlNormalize({ text }: Content): string {
  return percentEncode(text, /[A-Za-z0-9!#$&*+,/:;=?@[\]._~-]/)
}

/** Behind a `?` or `#`: everything but letters, digits and `-._~` is percent-encoded. */
export function urlEscape(content: Content): string {
  if (content.kind === 'url') return urlNormalize(content)
  return percentEncode(content.text, /[A-Za-z0-9._~-]/)
}

function percentEncode(text: string, keeps: RegExp): string {
  const keepsEscapes = keeps.test('/')
  let encoded = ''
  const bytes = Buffer.from(text)
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    const c = String.fromCharCode(byte)
    const isEscape =
      keepsEscapes && c === '%' && /^[\da-fA-F]{2}$/.test(bytes.toString('latin1', i + 1, i + 3))
    encoded += keeps.test(c) || isEscape ? c : `%${byte.toString(16).padStart(2, '0')}`
  }
  return encoded
}

/** For `srcset`: URLs with sizes, between commas. */
export function urlSet(content: Content): string {
  if (content.kind === 'url') return urlNormalize(content).replaceAll(',', '%2c')
  return content.text
    .split(',')
    .map((item) => {
      const found = /^([ \t\n\f\r]*)([^ \t\n\f\r]*)([ \t\n\f\rA-Za-z0-9]*)$/.exec(item)
      if (found === null || !isSafeUrl(found[2]!)) return `#${FAILSAFE}`
      return found[1]! + urlNormalize({ text: found[2]!, kind: 'plain' }) + found[3]!
    })
    .join(',')
}

const unicode = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`

/** Characters of a JavaScript literal that must not stand there as they are. */
function jsReplacer(asUnicode: string, asEscape: string): (text: string) => string {
  const pairs: Record<string, string> = { '\u2028': '\\u2028', '\u2029': '\\u2029' }
  for (let i = 0; i < 0x20; i++) pairs[String.fromCharCode(i)] = unicode(String.fromCharCode(i))
  for (const c of asUnicode) pairs[c] = unicode(c)
  for (const c of asEscape) pairs[c] = `\\${c}`
  return replacer({ ...pairs, '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r' })
}

/** For the inside of a JavaScript string. */
export const jsString = jsReplacer('"`&\'+<>', '/\\')
/** For the inside of a JavaScript template literal. */
export const jsTemplate = jsReplacer('"`&\'+<>${}', '/\\')

const escapeRegexp = jsReplacer('"&\'+<>', '$()*-./?[\\]^{|}')

/** For the inside of a regular expression: stands for itself. Never empty: `//` is a comment. */
export function jsRegexp(text: string): string {
  return text === '' ? '(?:)' : escapeRegexp(text)
}

/** For JavaScript code, from JSON: numbers and words get blanks around them. */
export function jsValue(json: string): string {
  return /^[\w$]|[\w$]$/.test(json) ? ` ${json} ` : json
}

const CSS = replacer({
  '\0': '\\0',
  '\t': '\\9',
  '\n': '\\a',
  '\f': '\\c',
  '\r': '\\d',
  '"': '\\22',
  '&': '\\26',
  "'": '\\27',
  '(': '\\28',
  ')': '\\29',
  '+': '\\2b',
  '/': '\\2f',
  ':': '\\3a',
  ';': '\\3b',
  '<': '\\3c',
  '>': '\\3e',
  '\\': '\\\\',
  '{': '\\7b',
  '}': '\\7d',
})

/** For the inside of a CSS string; an escape ends with a blank where more digits could follow. */
export function cssString(text: string): string {
  return text.replace(/[\s\S]/gu, (c, at: number) => {
    const escaped = CSS(c)
    if (escaped === c || c === '\\') return escaped
    const next = text[at + 1]
    return next === undefined || /[\da-fA-F \t\n\f\r]/.test(next) ? `${escaped} ` : escaped
  })
}

/** For a CSS value: a quantity, a colour, a word; nothing that could end it or run a script. */
export function cssValue(text: string): string {
  const plain = text.replace(
    /\\(?:([\da-fA-F]{1,6})[ \t\n\f\r]?|([\s\S]))/g,
    (_, hex?: string, c?: string) =>
      hex === undefined ? c! : String.fromCodePoint(Math.min(parseInt(hex, 16), 0x10ffff)),
  )
  const letters = plain.replace(/[^\w-]/g, '').toLowerCase()
  const isBad =
    /[\0"'()/;@[\\\]`{}<>]|--/.test(plain) ||
    letters.includes('expression') ||
    letters.includes('mozbinding')
  return isBad ? FAILSAFE : plain
}
