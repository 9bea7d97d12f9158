/** Dashboards as Weir's API speaks of them: `/api/weir/v1/dashboards`. Times are milliseconds. */
import type { Dashboard } from './dashboard.ts'
import type { Note } from './note.ts'

/** A line of the list. */
export interface BoardRow {
  readonly uid: string
  readonly title: string
  readonly description: string
  readonly tags: readonly string[]
  /** '' for none; `team/kafka` lies in `team`. */
  readonly folder: string
  /** A pack's cannot be changed, only copied; files may change under Weir. */
  readonly origin: 'pack' | 'file' | 'saved'
  /** Of which pack. */
  readonly pack?: string
  /** Below `dashboards.directory`. */
  readonly file?: string
  readonly panelCount: number
  readonly updatedMs: number
  /** Who saved it last; '' when nobody said. */
  readonly author: string
  /** What a change must begin with, so that nobody's work is lost. */
  readonly version: number
}

export interface BoardList {
  readonly boards: readonly BoardRow[]
  /** Files of the directory that are no dashboards. */
  readonly problems: readonly { readonly file: string; readonly what: string }[]
}

/** One dashboard. */
export interface BoardAnswer {
  readonly dashboard: Dashboard
  readonly meta: BoardRow
  /** What its reader should know of how it was brought up to date. */
  readonly notes: readonly Note[]
}

export interface BoardVersionRow {
  readonly version: number
  readonly atMs: number
  readonly author: string
  readonly message: string
}

/** What saving takes. */
export interface BoardChange {
  readonly dashboard: Dashboard | Readonly<Record<string, unknown>>
  /** The version that was changed; without it whatever is there is replaced. */
  readonly version?: number
  /** Where it is when left out. */
  readonly folder?: string
  readonly author?: string
  readonly message?: string
}

/** What a 409 says besides the error. */
export interface BoardConflict {
  readonly conflict: BoardVersionRow
}

/** What was found in an imported text, dashboard by dashboard. */
export interface BoardImport {
  readonly boards: readonly ImportedBoard[]
}

export interface ImportedBoard {
  readonly uid: string
  readonly title: string
  readonly panelCount: number
  readonly notes: readonly Note[]
  /** One with this uid is there already: it is replaced, or a copy is made. */
  readonly exists: BoardRow | null
  /** As it was kept; null of a dry run. */
  readonly saved: BoardRow | null
  /** Why it was not kept; ''. */
  readonly problem: string
}
