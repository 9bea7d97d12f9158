import type { Tip } from './tip.ts'

/**
 * The values under the crosshair, beside it on the side with more room. Written without React, at most
 * once in a frame: a move of the pointer must not render anything.
 */
export class TipBox {
  readonly element: HTMLDivElement
  #text = ''

  constructor(parent: HTMLElement) {
    this.element = document.createElement('div')
    this.element.className = 'chart-tip'
    this.element.hidden = true
    this.speak(false)
    parent.append(this.element)
  }

  /** Read out: the crosshair is moved by keys. */
  speak(isSpoken: boolean): void {
    if (isSpoken) {
      this.element.role = 'status'
      this.element.ariaHidden = null
    } else {
      this.element.role = null
      this.element.ariaHidden = 'true'
    }
  }

  hide(): void {
    this.element.hidden = true
  }

  show(tip: Tip, left: number, width: number): void {
    const text = JSON.stringify(tip)
    if (text !== this.#text) {
      this.#text = text
      this.element.replaceChildren(...linesOf(tip))
    }
    // A transform moves it without another layout or painting.
    const place = left > width / 2 ? `calc(${left - 14}px - 100%)` : `${left + 14}px`
    this.element.style.transform = `translateX(${place})`
    this.element.hidden = false
  }

  remove(): void {
    this.element.remove()
  }
}

function linesOf({ when, marks, rows, more, exemplars }: Tip): HTMLElement[] {
  return [
    made('div', 'muted', when),
    ...marks.map(({ title, text, color }) => {
      const mark = made('div', 'tip-mark')
      mark.style.borderColor = color
      mark.append(made('b', '', title), ...(text === '' ? [] : [made('span', '', text)]))
      return mark
    }),
    ...rows.map(({ name, color, text, isPointed }) => {
      const row = made('div', 'tip-row')
      if (isPointed) row.dataset['pointed'] = ''
      const key = made('i')
      key.style.background = color
      row.append(key, made('span', '', name), made('b', '', text))
      return row
    }),
    ...(more > 0 ? [made('div', 'muted', `and ${more} more`)] : []),
    ...exemplars.map((text) => made('div', 'tip-mark', text)),
  ]
}

function made(tag: string, className = '', text = ''): HTMLElement {
  const element = document.createElement(tag)
  if (className !== '') element.className = className
  element.textContent = text
  return element
}
