import { type Pack, exportDashboard } from '@weir/packs'
import { type Document, type BoardFacts, factsOf } from './document.ts'

/** A dashboard of a pack: written by who knows the system, and the same for all. */
export interface PackBoard extends BoardFacts {
  readonly uid: string
  readonly pack: string
  readonly folder: string
}

/** Dashboards of the packs; written out when they are asked for. */
export class PackBoards {
  readonly #packs: () => readonly Pack[]

  constructor(packs: () => readonly Pack[]) {
    this.#packs = packs
  }

  all(): PackBoard[] {
    return this.#packs().flatMap((pack) =>
      pack.dashboards.map(({ name, title, description, rows }) => ({
        uid: name,
        pack: pack.id,
        folder: pack.title,
        title,
        description,
        tags: ['weir', pack.id],
        panelCount: rows.reduce((sum, { panels }) => sum + panels.length, 0),
      })),
    )
  }

  find(uid: string): { readonly board: PackBoard; readonly document: Document } | undefined {
    for (const pack of this.#packs()) {
      const text = exportDashboard(pack, uid)
      if (text === undefined) continue
      const document = JSON.parse(text) as Document
      const board = { uid, pack: pack.id, folder: pack.title, ...factsOf(document) }
      return { board, document }
    }
    return undefined
  }
}
