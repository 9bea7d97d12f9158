import type { TemplateTree } from './parse.ts'

const TEXTS_MAX = 500
const CHARS_MAX = 4_194_304

/** Texts that were parsed before: a receiver's are expanded at each send. The longest unused go. */
export class TemplateCache {
  readonly #parse: (text: string) => TemplateTree
  readonly #known = new Map<string, TemplateTree>()
  #chars = 0

  constructor(parse: (text: string) => TemplateTree) {
    this.#parse = parse
  }

  /** @throws {TemplateSyntaxError} */
  get(text: string): TemplateTree {
    const known = this.#known.get(text)
    if (known !== undefined) {
      this.#known.delete(text)
      this.#known.set(text, known)
      return known
    }
    const tree = this.#parse(text)
    this.#known.set(text, tree)
    this.#chars += text.length
    for (const old of this.#known.keys()) {
      if (this.#known.size <= TEXTS_MAX && this.#chars <= CHARS_MAX) break
      this.#known.delete(old)
      this.#chars -= old.length
    }
    return tree
  }
}
