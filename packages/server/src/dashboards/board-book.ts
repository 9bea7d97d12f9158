import { type KeyValueChange, type KeyValueStore, WeirError } from '@weir/model'
import type { DashboardsConfig } from './config.ts'
import { type BoardFacts, type Document, factsOf } from './document.ts'

/** One saved state of a dashboard. */
export interface BoardVersion {
  /** 1, 2, … */
  readonly version: number
  readonly atMs: number
  /** '' when nobody said. */
  readonly author: string
  readonly message: string
  /** Tells whether the file is still what was written. */
  readonly hash: string
}

/** What is known of a dashboard without reading it. */
export interface BoardHead extends BoardFacts {
  readonly uid: string
  readonly folder: string
  /** Path below the directory, where it is kept as a file. */
  readonly file?: string
  /** The newest first; never empty. */
  readonly versions: readonly BoardVersion[]
  /** Set while it is deleted and can be brought back. */
  readonly deleted?: { readonly atMs: number; readonly author: string }
}

/** Deleted dashboards that can be brought back. */
const DELETED_MAX = 50

type BoardLimits = Pick<DashboardsConfig, 'max_count' | 'max_versions'>

/**
 * Dashboards on the disk, and their heads in memory:
 *
 *     dashboards/head/<uid>                     → title, folder, versions, …
 *     dashboards/body/<uid>/<version, 10 digits> → the document of that version
 */
export class BoardBook {
  readonly #store: KeyValueStore
  #limits: BoardLimits
  readonly #heads = new Map<string, BoardHead>()

  constructor(store: KeyValueStore, limits: BoardLimits) {
    this.#store = store
    this.#limits = limits
    for (const [, value] of store.entries(HEAD)) {
      const head = value as BoardHead
      this.#heads.set(head.uid, head)
    }
  }

  /** Other limits; versions beyond them go when their dashboard is saved. */
  take(limits: BoardLimits): void {
    this.#limits = limits
  }

  /** Those that are there. */
  all(): BoardHead[] {
    return [...this.#heads.values()].filter(({ deleted }) => deleted === undefined)
  }

  /** One that is there, or that can be brought back. */
  get(uid: string): BoardHead | undefined {
    return this.#heads.get(uid)
  }

  /** The document of a version; undefined when it is not kept (any more). */
  body(uid: string, version: number): Document | undefined {
    return this.#store.get(bodyKey(uid, version)) as Document | undefined
  }

  /**
   * Keeps a new state of a dashboard.
   *
   * @throws {WeirError} `DASHBOARD_LIMIT`
   */
  async put(
    entry: { readonly uid: string; readonly folder: string; readonly file?: string },
    document: Document,
    signed: Omit<BoardVersion, 'version'>,
  ): Promise<BoardHead> {
    const before = this.#heads.get(entry.uid)
    this.checkRoom(entry.uid)
    const version = (before?.versions[0]?.version ?? 0) + 1
    const versions = [{ ...signed, version }, ...(before?.versions ?? [])]
    const head: BoardHead = {
      ...entry,
      ...factsOf(document),
      versions: versions.slice(0, this.#limits.max_versions),
    }
    const gone = versions.slice(this.#limits.max_versions)
    await this.#store.write([
      { key: HEAD + head.uid, value: head },
      { key: bodyKey(head.uid, version), value: document },
      ...gone.map((old) => ({ key: bodyKey(head.uid, old.version), value: undefined })),
    ])
    this.#heads.set(head.uid, head)
    return head
  }

  /** @throws {WeirError} `DASHBOARD_LIMIT` when this would be one too many */
  checkRoom(uid: string): void {
    const before = this.#heads.get(uid)
    if (before !== undefined && before.deleted === undefined) return
    if (this.all().length < this.#limits.max_count) return
    const why = `there are ${this.#limits.max_count} already (dashboards.max_count): delete some`
    throw new WeirError('DASHBOARD_LIMIT', `Cannot keep another dashboard: ${why}`)
  }

  /** Takes it from the list; of the deleted ones the newest can be brought back. */
  async remove(uid: string, deleted: NonNullable<BoardHead['deleted']>): Promise<void> {
    const head = this.#heads.get(uid)
    if (head === undefined) return
    const marked = { ...head, deleted }
    const others = [...this.#heads.values()]
      .filter((other) => other.deleted !== undefined && other.uid !== uid)
      .toSorted((a, b) => b.deleted!.atMs - a.deleted!.atMs)
    const forgotten = others.slice(DELETED_MAX - 1)
    await this.#store.write([
      { key: HEAD + uid, value: marked },
      ...forgotten.flatMap(changesToForget),
    ])
    this.#heads.set(uid, marked)
    for (const old of forgotten) this.#heads.delete(old.uid)
  }
}

function changesToForget(head: BoardHead): KeyValueChange[] {
  return [
    { key: HEAD + head.uid, value: undefined },
    ...head.versions.map(({ version }) => ({ key: bodyKey(head.uid, version), value: undefined })),
  ]
}

const HEAD = 'dashboards/head/'
const BODY = 'dashboards/body/'

function bodyKey(uid: string, version: number): string {
  return `${BODY}${uid}/${String(version).padStart(10, '0')}`
}
