import type { BoardAnswer, BoardList, BoardRow, BoardVersionRow } from '@weir/boards'
import { type Clock, type KeyValueStore, WeirError } from '@weir/model'
import type { Pack } from '@weir/packs'
import type { Telemetry } from '../telemetry/log.ts'
import { BoardBook, type BoardHead, type BoardVersion } from './board-book.ts'
import { BoardFolder } from './board-folder.ts'
import { BoardMetrics } from './board-metrics.ts'
import type { DashboardsConfig } from './config.ts'
import {
  type Document,
  checkFolder,
  checkUid,
  factsOf,
  hashOf,
  isObject,
  isUid,
  uidFor,
} from './document.ts'
import { fileText } from './file-text.ts'
import { savedForm } from './keep-form.ts'
import { type PackBoard, PackBoards } from './pack-boards.ts'
import { readBoard } from './read-board.ts'

export interface DashboardsOptions {
  readonly store: KeyValueStore
  readonly config: DashboardsConfig
  readonly packs: () => readonly Pack[]
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/** A new state of a dashboard. */
export interface BoardDraft {
  readonly document: Document
  /** The version that was changed; undefined: whatever is there is replaced. */
  readonly basedOn?: number
  /** Undefined: where it is. */
  readonly folder?: string
  readonly author: string
  readonly message: string
}

/**
 * All dashboards: those of packs, those that people saved, and those that lie as files in a directory. A
 * board of the directory is its file; the store keeps the versions of all, and who made them. Writes come one
 * after another, and each looks first whether its file is still what was written last.
 */
export class Dashboards {
  readonly #options: DashboardsOptions
  readonly #book: BoardBook
  readonly #packs: PackBoards
  readonly #metrics: BoardMetrics
  readonly #folder: BoardFolder | undefined
  #watchEveryMs: number
  #problems: BoardList['problems'] = []
  #last: Promise<unknown> = Promise.resolve()

  private constructor(options: DashboardsOptions) {
    const { store, config, packs, telemetry } = options
    this.#options = options
    this.#book = new BoardBook(store, config)
    this.#watchEveryMs = config.watch_every
    this.#packs = new PackBoards(packs)
    this.#metrics = new BoardMetrics(telemetry)
    if (config.directory === undefined) return
    const keptCount = (): number => this.#book.all().filter(({ file }) => file !== undefined).length
    this.#folder = new BoardFolder(config.directory, config, keptCount)
  }

  /** Reads back what was kept, and the directory once. */
  static async open(options: DashboardsOptions): Promise<Dashboards> {
    const dashboards = new Dashboards(options)
    await dashboards.rescan()
    return dashboards
  }

  /** What of another configuration counts from now on: how many are kept, and how often the directory is looked through. */
  take(config: DashboardsConfig): void {
    this.#book.take(config)
    this.#watchEveryMs = config.watch_every
  }

  list(): BoardList {
    const kept = this.#book.all().map((head) => this.#rowOf(head))
    const own = new Set(kept.map(({ uid }) => uid))
    const packs = this.#packs
      .all()
      .filter(({ uid }) => !own.has(uid))
      .map(packRow)
    return { boards: [...kept, ...packs], problems: this.#problems }
  }

  /** @throws {WeirError} `DASHBOARD_UNKNOWN` */
  get(uid: string): BoardAnswer {
    const { document, meta } = this.#find(uid)
    const { dashboard, notes } = readBoard({ ...document, uid })
    return { dashboard, meta, notes }
  }

  /** A document as it is kept. @throws {WeirError} `DASHBOARD_UNKNOWN` */
  document(uid: string): Document {
    return { ...this.#find(uid).document, uid }
  }

  /** @throws {WeirError} `DASHBOARD_UNKNOWN` */
  row(uid: string): BoardRow {
    return this.#find(uid).meta
  }

  has(uid: string): boolean {
    return this.#kept(uid) !== undefined || this.#packs.find(uid) !== undefined
  }

  #kept(uid: string): BoardHead | undefined {
    const head = this.#book.get(uid)
    return head?.deleted === undefined ? head : undefined
  }

  #find(uid: string): { readonly document: Document; readonly meta: BoardRow } {
    const head = this.#kept(uid)
    if (head !== undefined) {
      const document = this.#book.body(uid, head.versions[0]!.version)
      if (document !== undefined) return { document, meta: this.#rowOf(head) }
    }
    const pack = this.#packs.find(uid)
    if (pack !== undefined) return { document: pack.document, meta: packRow(pack.board) }
    throw unknown(uid)
  }

  /** @throws {WeirError} `DASHBOARD_UNKNOWN` */
  versions(uid: string): BoardVersionRow[] {
    const head = this.#book.get(uid)
    if (head === undefined) {
      if (this.#packs.find(uid) !== undefined) return []
      throw unknown(uid)
    }
    return head.versions.map(versionRow)
  }

  /** A state of before, brought up to date. @throws {WeirError} `DASHBOARD_UNKNOWN` */
  version(uid: string, version: number): BoardAnswer {
    const head = this.#book.get(uid)
    const document = this.#book.body(uid, version)
    if (head === undefined || document === undefined) throw unknown(uid, version)
    return { ...readBoard({ ...document, uid }), meta: this.#rowOf(head) }
  }

  /**
   * Keeps a dashboard under its uid, a new one or a new version.
   *
   * @throws {WeirError} `DASHBOARD_INVALID`, `DASHBOARD_LIMIT`, `DASHBOARD_CONFLICT`, `DASHBOARD_READ_ONLY`
   */
  put(uid: string, draft: BoardDraft): Promise<BoardRow> {
    return this.#alone(async () => {
      checkUid(uid)
      const folder = draft.folder === undefined ? undefined : checkFolder(draft.folder)
      this.#checkSize(draft.document)
      await this.#syncFile(uid)
      const head = this.#kept(uid)
      if (head === undefined) this.#checkNoPack(uid)
      this.#checkBase(uid, head, draft.basedOn)
      this.#checkRoom(uid)
      const document = this.#inItsForm(uid, head, draft.document)
      const kept = await this.#keep({ uid, folder: folder ?? head?.folder ?? '' }, document, draft)
      this.#metrics.saved('api', { uid, title: kept.title, author: draft.author })
      this.#publish()
      return this.#rowOf(kept)
    })
  }

  /** Keeps a new dashboard, under another uid where its own is taken. */
  async add(draft: BoardDraft): Promise<BoardRow> {
    const wanted = draft.document['uid']
    const isFree = isUid(wanted) && !this.has(wanted)
    return await this.put(isFree ? wanted : this.#freshUid(draft.document), {
      ...draft,
      basedOn: 0,
    })
  }

  #freshUid(document: Document): string {
    const seed = `${factsOf(document).title} ${this.#options.clock.now()}`
    for (let number = 0; ; number++) {
      const uid = uidFor(`${seed} ${number}`)
      if (!this.has(uid) && this.#book.get(uid) === undefined) return uid
    }
  }

  /** @throws {WeirError} `DASHBOARD_UNKNOWN`, `DASHBOARD_READ_ONLY` */
  remove(uid: string, author: string): Promise<BoardRow> {
    return this.#alone(async () => {
      const head = this.#kept(uid)
      if (head === undefined) {
        this.#checkNoPack(uid)
        throw unknown(uid)
      }
      const row = this.#rowOf(head)
      if (head.file !== undefined) await this.#folder?.remove(head.file)
      await this.#book.remove(uid, { atMs: this.#options.clock.now(), author })
      this.#metrics.deleted({ uid, title: head.title, author })
      this.#publish()
      return row
    })
  }

  /**
   * Makes an older state the newest one; brings a deleted dashboard back.
   *
   * @throws {WeirError} `DASHBOARD_UNKNOWN`
   */
  restore(uid: string, version: number | undefined, author: string): Promise<BoardRow> {
    return this.#alone(async () => {
      await this.#syncFile(uid)
      this.#checkRoom(uid)
      const head = this.#book.get(uid)
      const wanted = version ?? head?.versions[0]?.version ?? 0
      const document = this.#book.body(uid, wanted)
      if (head === undefined || document === undefined) throw unknown(uid, wanted)
      const message = `Version ${wanted} again`
      const kept = await this.#keep({ uid, folder: head.folder }, document, { author, message })
      this.#metrics.saved('api', { uid, title: kept.title, author })
      this.#publish()
      return this.#rowOf(kept)
    })
  }

  /** What the edited form would be written as, so that only what was changed differs. */
  #inItsForm(uid: string, head: BoardHead | undefined, edited: Document): Document {
    const was = head && this.#book.body(uid, head.versions[0]!.version)
    if (was === undefined || edited === was) return edited
    const schema = was['schemaVersion']
    // Older forms mean other things by the same keys: what is new must not stand among them.
    if (typeof schema !== 'number' || schema < SCHEMA_ALIKE) return edited
    return savedForm(was, edited, (document) => readBoard({ ...document, uid }).dashboard)
  }

  /** Writes a state down, as a file where there is a directory. */
  async #keep(
    { uid, folder }: { readonly uid: string; readonly folder: string },
    document: Document,
    { author, message }: { readonly author: string; readonly message: string },
  ): Promise<BoardHead> {
    const signed = { atMs: this.#options.clock.now(), author, message }
    const before = this.#book.get(uid)
    if (this.#folder === undefined) {
      const hash = hashOf(JSON.stringify(document))
      const file = before?.deleted === undefined ? before?.file : undefined
      const entry = { uid, folder, ...(file === undefined ? {} : { file }) }
      return await this.#book.put(entry, document, { ...signed, hash })
    }
    // The file of one that was deleted may be another's by now.
    const own = before?.deleted === undefined ? before?.file : undefined
    const stays = own !== undefined && before?.folder === folder ? own : undefined
    const taken = new Set(this.#book.all().flatMap(({ file }) => file ?? []))
    const path = stays ?? this.#folder.freePath(folder, factsOf(document).title, uid, taken)
    const old = own === undefined ? undefined : await this.#folder.text(own)
    const text = fileText({ ...document, uid }, old === undefined ? undefined : parsed(old))
    await this.#folder.write(path, text)
    if (own !== undefined && own !== path) await this.#leave(own, path)
    return await this.#book.put({ uid, folder, file: path }, document, {
      ...signed,
      hash: hashOf(text),
    })
  }

  /** The old file of a dashboard that has moved; when that stays, so does the dashboard. */
  async #leave(old: string, next: string): Promise<void> {
    try {
      await this.#folder?.remove(old)
    } catch (error) {
      await this.#folder?.remove(next)
      throw error
    }
  }

  /** Takes in what others wrote to the file of this dashboard since, so that it counts as a version. */
  async #syncFile(uid: string): Promise<void> {
    const file = this.#kept(uid)?.file
    if (file !== undefined && this.#folder !== undefined) await this.#takeFiles()
  }

  /** Looks through the directory now. A directory that cannot be read is told, and nothing is forgotten. */
  rescan(): Promise<void> {
    return this.#alone(async () => {
      try {
        await this.#takeFiles()
      } catch (error) {
        this.#metrics.unreadable(error as Error)
        this.#problems = [{ file: '.', what: (error as Error).message }]
      }
      this.#publish()
    })
  }

  async #takeFiles(): Promise<void> {
    if (this.#folder === undefined) return
    const { files, problems } = await this.#folder.scan()
    const said = [...problems]
    const present = new Set([...files.map(({ path }) => path), ...problems.map(({ file }) => file)])
    const seen = new Map<string, string>()
    for (const file of files) {
      // The file that had it first keeps a uid, also while somebody is writing to it.
      const old = this.#kept(file.uid)?.file
      const owner = old !== undefined && present.has(old) ? old : seen.get(file.uid)
      if (owner !== undefined && owner !== file.path) {
        said.push({ file: file.path, what: `its uid "${file.uid}" is that of ${owner} already` })
        continue
      }
      seen.set(file.uid, file.path)
      const problem = await this.#takeFile(file)
      if (problem !== undefined) said.push({ file: file.path, what: problem })
    }
    const broken = said.map(({ file }) => file)
    const isBroken = (file: string): boolean =>
      broken.some((one) => one === file || (one.endsWith('/') && file.startsWith(one)))
    for (const { uid, file, title } of this.#book.all()) {
      // One that cannot be read just now is not gone.
      if (file === undefined || seen.get(uid) !== undefined || isBroken(file)) continue
      await this.#book.remove(uid, { atMs: this.#options.clock.now(), author: '' })
      this.#metrics.deleted({ uid, title, author: '' })
    }
    this.#problems = said
  }

  /** @returns what is wrong with it */
  async #takeFile(file: {
    readonly path: string
    readonly uid: string
    readonly folder: string
    readonly hash: string
    readonly changedMs: number
  }): Promise<string | undefined> {
    const { path, uid, folder, hash, changedMs } = file
    const head = this.#kept(uid)
    if (head?.file === path && head.versions[0]!.hash === hash) return undefined
    const text = await this.#folder!.text(path)
    const document = text === undefined ? undefined : parsed(text)
    if (text === undefined || !isObject(document) || hashOf(text) !== hash) return undefined // next time
    try {
      const message = head === undefined ? '' : 'Changed in its file'
      await this.#book.put({ uid, folder, file: path }, document, {
        atMs: changedMs,
        author: '',
        message,
        hash,
      })
      this.#metrics.saved('file', { uid, title: factsOf(document).title, author: '' })
      return undefined
    } catch (error) {
      if (!(error instanceof WeirError) || error.code !== 'DASHBOARD_LIMIT') throw error
      this.#metrics.refused('count')
      return error.message
    }
  }

  /** Looks through the directory again and again until the signal. */
  async watch(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    while (!signal.aborted && this.#folder !== undefined) {
      await clock.sleep(this.#watchEveryMs, signal).catch(() => undefined)
      if (!signal.aborted) await this.rescan()
    }
  }

  #checkSize(document: Document): void {
    const bytesMax = this.#options.config.max_bytes
    const length = Buffer.byteLength(JSON.stringify(document))
    if (length <= bytesMax) return
    this.#metrics.refused('size')
    const why = `it has ${length} bytes, want at most ${bytesMax} (dashboards.max_bytes)`
    throw new WeirError('DASHBOARD_LIMIT', `Cannot keep the dashboard: ${why}`)
  }

  #checkRoom(uid: string): void {
    try {
      this.#book.checkRoom(uid)
    } catch (error) {
      this.#metrics.refused('count')
      throw error
    }
  }

  #checkNoPack(uid: string): void {
    const pack = this.#packs.find(uid)
    if (pack === undefined) return
    const why = `it is of the pack ${pack.board.pack}: save a copy under another uid`
    throw new WeirError('DASHBOARD_READ_ONLY', `Cannot change the dashboard "${uid}": ${why}`)
  }

  #checkBase(uid: string, head: BoardHead | undefined, basedOn: number | undefined): void {
    const there = head?.versions[0]
    if (basedOn === undefined || (there?.version ?? 0) === basedOn) return
    this.#metrics.refused('conflict')
    throw new WeirError('DASHBOARD_CONFLICT', conflictText(uid, there, basedOn))
  }

  #rowOf(head: BoardHead): BoardRow {
    const { uid, title, description, tags, folder, panelCount, file } = head
    const { version, atMs, author } = head.versions[0]!
    const isFile = file !== undefined && this.#folder !== undefined
    return {
      uid,
      title,
      description,
      tags,
      folder,
      panelCount,
      origin: isFile ? 'file' : 'saved',
      ...(isFile ? { file } : {}),
      updatedMs: atMs,
      author,
      version,
    }
  }

  #publish(): void {
    const rows = this.#book.all()
    const file =
      this.#folder === undefined ? 0 : rows.filter((head) => head.file !== undefined).length
    this.#metrics.publish({ file, saved: rows.length - file, problems: this.#problems.length })
  }

  /** One after another: what was checked still holds when it is written. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}

/** From this schema on a panel's keys mean what they mean today. */
const SCHEMA_ALIKE = 36

function packRow(board: PackBoard): BoardRow {
  return { ...board, origin: 'pack', updatedMs: 0, author: '', version: 0 }
}

function versionRow({ version, atMs, author, message }: BoardVersion): BoardVersionRow {
  return { version, atMs, author, message }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function conflictText(uid: string, there: BoardVersion | undefined, basedOn: number): string {
  const cannot = `Cannot save the dashboard "${uid}"`
  if (there === undefined) return `${cannot}: it is not there (any more)`
  if (basedOn === 0) return `${cannot}: there is one already, version ${there.version}`
  const who = there.author === '' ? 'somebody' : there.author
  const when = new Date(there.atMs).toISOString()
  return `${cannot}: ${who} saved version ${there.version} at ${when}, and this began with version ${basedOn}`
}

function unknown(uid: string, version?: number): WeirError {
  const shown = JSON.stringify(uid.slice(0, 80))
  const which = version === undefined ? shown : `${shown} in version ${version}`
  return new WeirError(
    'DASHBOARD_UNKNOWN',
    `Cannot find dashboard ${which}: see GET /api/weir/v1/dashboards`,
  )
}
