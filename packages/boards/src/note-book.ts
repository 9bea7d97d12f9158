import type { Note } from './note.ts'

/** A board of thousands of broken panels says so in hundreds of lines. */
const NOTES_MAX = 500

/** Collects what is to be said about a board, each thing once. */
export class NoteBook {
  readonly #notes = new Map<string, Note>()
  #leftOut = 0

  changed(where: string, text: string): void {
    this.add({ kind: 'changed', where, text })
  }

  ignored(where: string, text: string): void {
    this.add({ kind: 'ignored', where, text })
  }

  broken(where: string, text: string): void {
    this.add({ kind: 'broken', where, text })
  }

  add(note: Note): void {
    const key = `${note.kind}\n${note.where}\n${note.text}`
    if (this.#notes.has(key)) return
    if (this.#notes.size < NOTES_MAX) this.#notes.set(key, note)
    else this.#leftOut++
  }

  all(): readonly Note[] {
    const notes = [...this.#notes.values()]
    if (this.#leftOut === 0) return notes
    return [...notes, { kind: 'ignored', where: '', text: `${this.#leftOut} more notes left out` }]
  }
}
