/** What a text panel shows, made safe: people write HTML into boards, and boards come from anywhere. */
import DOMPurify from 'dompurify'
import { marked } from 'marked'
import { tameStyle } from './tame-style.ts'

/** Neither what runs nor what takes over the page: frames, forms, styles of the whole page. */
const FORBIDDEN = [
  'style',
  'form',
  'input',
  'button',
  'textarea',
  'select',
  'option',
  'iframe',
  'object',
  'embed',
  'link',
  'meta',
  'base',
  'dialog',
  'video',
  'audio',
  'source',
]

/** Longest text that is drawn; the rest is left out. */
const LENGTH_MAX = 200_000

/** @param mode `markdown`, `html` or `code`; code is not HTML, and is drawn as it is */
export function textHtml(content: string, mode: string): string {
  const cut = content.slice(0, LENGTH_MAX)
  const made = mode === 'html' ? cut : marked.parse(cut, { async: false, gfm: true })
  const clean = DOMPurify.sanitize(made, {
    FORBID_TAGS: FORBIDDEN,
    ADD_ATTR: ['target'],
    FORBID_ATTR: ['class'], // the page's own classes lift things too
    USE_PROFILES: { html: true },
  })
  const holder = new DOMParser().parseFromString(clean, 'text/html').body
  for (const one of holder.querySelectorAll<HTMLElement>('[style]')) {
    one.setAttribute('style', tameStyle(one.getAttribute('style') ?? ''))
  }
  for (const link of holder.querySelectorAll('a')) link.setAttribute('rel', 'noreferrer')
  for (const image of holder.querySelectorAll('img')) replaceImage(image)
  return holder.innerHTML
}

/** Pictures from elsewhere are not loaded, as that would tell others who looks: a link stands for them. */
function replaceImage(image: HTMLImageElement): void {
  const source = image.getAttribute('src') ?? ''
  if (source.startsWith('data:image/') || /^\/(?!\/)/.test(source)) return
  const link = image.ownerDocument.createElement('a')
  link.textContent = image.getAttribute('alt') || 'Picture'
  link.setAttribute('href', source)
  link.setAttribute('rel', 'noreferrer')
  // Inside a link, its words do.
  image.replaceWith(
    image.closest('a') === null && /^https?:/.test(source) ? link : link.textContent,
  )
}
