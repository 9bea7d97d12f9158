import type { PipelineNotes } from '@weir/packs'
import type { PipelineNotesConfig } from './config.ts'

/** What is known of pipelines besides their series: weir.yml's section `pipelines`. */
export interface NotesBook {
  /** Of one pipeline. */
  of(system: string, pipeline: string): PipelineNotes
  /** Seconds that its newest result may be old; undefined when nobody said. */
  freshWithin(system: string, pipeline: string): number | undefined
  /** Pipelines that are named without a `*`: they are to be there even when nothing comes of them. */
  readonly expected: readonly { readonly system: string; readonly pipeline: string }[]
}

type Entry = PipelineNotesConfig[number]

/** Pipelines whose notes are remembered; names come from senders, who may make up new ones for ever. */
const REMEMBERED_MAX = 20_000

/** A section is read once; a reload brings another one. */
const BOOKS = new WeakMap<PipelineNotesConfig, NotesBook>()

/** The book of a section, which finds the notes of a pipeline by its entries and remembers what it found. */
export function notesBook(config: PipelineNotesConfig): NotesBook {
  let book = BOOKS.get(config)
  if (book === undefined) {
    book = readBook(config)
    BOOKS.set(config, book)
  }
  return book
}

function readBook(config: PipelineNotesConfig): NotesBook {
  const entries = config.map((entry) => ({
    entry,
    fits: (system: string, pipeline: string) =>
      globFits(entry.system, system) && globFits(entry.pipeline, pipeline),
  }))
  const found = new Map<string, { readonly notes: PipelineNotes; readonly freshMs?: number }>()
  const look = (system: string, pipeline: string) => {
    const key = `${system}\0${pipeline}`
    const known = found.get(key)
    if (known !== undefined) return known
    const own = entries.filter(({ fits }) => fits(system, pipeline)).map(({ entry }) => entry)
    const freshMs = first(own, 'fresh_within')
    const made = { notes: notesFrom(own), ...(freshMs === undefined ? {} : { freshMs }) }
    if (found.size >= REMEMBERED_MAX) found.clear()
    found.set(key, made)
    return made
  }
  return {
    of: (system, pipeline) => look(system, pipeline).notes,
    freshWithin: (system, pipeline) => {
      const ms = look(system, pipeline).freshMs
      return ms === undefined ? undefined : ms / 1000
    },
    expected: config.filter((entry) => !`${entry.system}${entry.pipeline}`.includes('*')),
  }
}

function notesFrom(entries: readonly Entry[]): PipelineNotes {
  return {
    team: first(entries, 'team') ?? '',
    title: first(entries, 'title') ?? '',
    description: first(entries, 'description') ?? '',
    url: first(entries, 'url') ?? '',
    runbookUrl: first(entries, 'runbook') ?? '',
    isCritical: first(entries, 'critical') ?? false,
  }
}

function first<K extends keyof Entry>(entries: readonly Entry[], key: K): Entry[K] | undefined {
  return entries.find((entry) => entry[key] !== undefined)?.[key]
}

/**
 * Whether `*` for any characters makes a pattern fit a text. Greedy with one place to go back to, so
 * that no pattern takes more than its length times the text's.
 */
export function globFits(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let mark = 0
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++
      mark = t
    } else if (p < pattern.length && pattern[p] === text[t]) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++mark
    } else {
      return false
    }
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
