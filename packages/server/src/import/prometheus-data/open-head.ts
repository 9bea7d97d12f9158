import { FileWindow } from './file-window.ts'
import type { FoundHead, HeadFile } from './find-head.ts'

/** A file of the head, open: what is deleted meanwhile can be read to its end. */
export interface OpenFile {
  readonly found: HeadFile
  readonly window: FileWindow
}

/** A head whose files are open, all of them: a Prometheus that runs deletes the oldest when a block is made. */
export class OpenHead implements Disposable {
  readonly log: readonly OpenFile[]
  readonly chunks: readonly OpenFile[]
  readonly outOfOrder: readonly OpenFile[]
  readonly #open: OpenFile[] = []

  /** @throws what opening throws: `ENOENT` for what is gone already */
  constructor({ log, chunks, outOfOrder }: FoundHead) {
    const open = (found: HeadFile): OpenFile => {
      const file = { found, window: new FileWindow(found.path) }
      this.#open.push(file)
      return file
    }
    try {
      this.log = log.map(open)
      this.chunks = chunks.map(open)
      this.outOfOrder = outOfOrder.map(open)
    } catch (error) {
      this[Symbol.dispose]()
      throw error
    }
  }

  [Symbol.dispose](): void {
    for (const { window } of this.#open) window[Symbol.dispose]()
  }
}
