/** The page of docs that tells of soaks: each run has a place of its own in it. */
import { readFileSync, writeFileSync } from 'node:fs'

/** Puts what a run came to in its place, between two comments that name it. */
export function intoPage(file: string, name: string, text: string): void {
  const [before, after] = around(file, name)
  writeFileSync(file, `${before}\n\n${text.trim()}\n\n${after}`)
}

/** Throws when the page has no such place: better said before the run than after it. */
export function around(file: string, name: string): readonly [before: string, after: string] {
  const page = readFileSync(file, 'utf8')
  const [begin, end] = [`<!-- run: ${name} -->`, `<!-- end of run: ${name} -->`]
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) {
    throw new Error(`Cannot report into ${file}: want ${begin} and ${end} in it`)
  }
  return [page.slice(0, from + begin.length), page.slice(to)]
}
