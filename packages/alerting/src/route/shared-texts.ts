import { Labels } from '@weir/model'

/** Texts that are kept to be found again; past it all are forgotten, and those that are common soon come back. */
const TEXTS_MAX = 8192

/**
 * One copy of each text that many alerts have: every alert that arrives brings its own `severity` and its
 * own copy of a long description. 50,000 alerts of one sender take a third less for it.
 */
export class SharedTexts {
  readonly #texts = new Map<string, string>()

  /** The same labels, their texts shared with those seen before. */
  share({ flat }: Labels): Labels {
    return Labels.fromFlat(flat.map((text) => this.#shared(text)))
  }

  #shared(text: string): string {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    if (this.#texts.size >= TEXTS_MAX) this.#texts.clear()
    this.#texts.set(text, text)
    return text
  }
}
