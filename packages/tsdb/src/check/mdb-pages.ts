/**
 * Reads LMDB's file page by page, without LMDB.
 *
 * LMDB trusts its file: a wrong page number or offset in it sends the process into memory that is not
 * there, and it ends without a word. So before LMDB maps a file that somebody else may have changed
 * (a disk, a copy that broke off), its trees are walked here: every page number is inside the file and
 * used once, every node inside its page, keys ascend, and the counts of the header are right. What
 * the pages hold is not looked at; records have checksums of their own (`checked-values.ts`).
 *
 * ```
 * page 0, 1   header, in turn: the one with the greater transaction number counts
 *   └► free pages   tree: transaction → list of pages (a negative number -n: n pages from the next one on)
 *   └► main         tree: name of a table → its root
 *        └► table   tree: key → value, or the first of the overflow pages that hold it
 *
 * page     number 8 · transaction 8 · - 2 · kind 2 · lower 2 · upper 2 · node offsets 2 each … nodes
 * node     size or child 4 · flags (child's high bits) 2 · key bytes 2 · key · value
 * ```
 *
 * The layout is that of lmdb:libraries/liblmdb/mdb.c (`MDB_page`, `MDB_node`, `MDB_meta`), data
 * version 2, little end first.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const META_BYTES = 168
const HEADER_BYTES = 24
const META_COUNT = 2
const MAGIC = 0xbeefc0de
const VERSION = 2
const NONE = 0xffff_ffff_ffff_ffffn
const BRANCH = 0x01
const LEAF = 0x02
const OVERFLOW = 0x04
const KIND_BITS = 0x7f
const BIG = 0x01
const SUB_TABLE = 0x02
const INTEGER_KEY = 0x08
/** The file is not in a folder of its own; LMDB notes it with the free pages. */
const NO_FOLDER = 0x4000
const NODE_BYTES = 8
const TABLE_BYTES = 48
const BIG_BYTES = 24
/** A tree of 2^48 pages is not that deep. */
const DEPTH_MAX = 32

/** What stands for a table's name where the free pages are meant. */
export const FREE_PAGES = 'free pages'

/** A tree as its parent describes it. */
interface Tree {
  readonly name: string
  readonly flags: number
  readonly depth: number
  readonly branches: number
  readonly leaves: number
  readonly overflows: number
  readonly entries: number
  readonly root: bigint
}

interface Meta {
  readonly free: Tree
  readonly main: Tree
  readonly lastPage: number
  readonly transaction: number
}

/** Something in the file's structure that is not as LMDB left it. */
export interface PageDamage {
  /** Whose tree it is; '' for the tree of tables, {@link FREE_PAGES} for that. */
  readonly table: string
  readonly what: string
}

/** A value, which is read only when it is asked for. */
export interface MdbEntry {
  readonly table: string
  readonly key: Buffer
  readonly value: () => Buffer
}

type Take = (entry: MdbEntry) => void

/** How a walk through a tree goes on. */
interface Walk {
  readonly tree: Tree
  readonly take: Take
  /** The key before, and whether a branch named it. */
  before: Buffer | undefined
  beforeIsBranch: boolean
  branches: number
  leaves: number
  overflows: number
  entries: number
}

export class MdbPages implements Disposable {
  readonly file: string
  readonly damages: PageDamage[] = []
  readonly #descriptor: number
  readonly #bytes: number
  readonly #pageBytes: number
  readonly #meta: Meta
  /** By page: 0 not met yet, 1 used, 2 free. */
  readonly #seen: Uint8Array
  /** Free pages behind the end of the file. */
  #away = 0

  /** @throws {Error} when there is no header to begin with */
  constructor(file: string) {
    this.file = file
    this.#descriptor = openSync(file, 'r')
    try {
      this.#bytes = fstatSync(this.#descriptor).size
      const first = this.#read(0, META_BYTES)
      if (first.length < META_BYTES) this.#refuse('it is not an LMDB file')
      this.#pageBytes = first.readUInt32LE(48)
      this.#meta = this.#readMeta(first)
      // A number beyond the file's end must not make us ask for all the memory there is.
      this.#seen = new Uint8Array(Math.floor(this.#bytes / this.#pageBytes) + 1)
    } catch (error) {
      this[Symbol.dispose]()
      throw error
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor)
  }

  /** Walks all trees once; what is wrong is in {@link damages}, what can be reached goes to `take`. */
  walk(take: Take = () => undefined): void {
    this.#walkTree(this.#meta.free, (entry) => this.#takeFree(entry.value()))
    // LMDB maps as much as the header says.
    const away = this.#meta.lastPage + 1 - Math.floor(this.#bytes / this.#pageBytes)
    if (away > this.#away) {
      this.#damage(this.#meta.free, `says that ${away} more pages follow, want ${this.#away}`)
    }
    const tables: Tree[] = []
    this.#walkTree(this.#meta.main, ({ key, value }) => {
      const name = key.toString('latin1').replace(/\0$/, '')
      tables.push(readTree(value(), 0, name))
    })
    for (const table of tables) this.#walkTree(table, take)
  }

  #readMeta(first: Buffer): Meta {
    const size = this.#pageBytes
    if (first.readUInt32LE(24) !== MAGIC) this.#refuse('it is not an LMDB file')
    if (first.readUInt32LE(28) !== VERSION) this.#refuse('its header has another version')
    if (
      size < 512 ||
      size > 65536 ||
      (size & (size - 1)) !== 0 ||
      this.#bytes < size * META_COUNT
    ) {
      this.#refuse('its header is damaged')
    }
    const both = [first, this.#read(size, META_BYTES)].map((page, number): Meta => {
      const isMeta = (page.readUInt16LE(18) & 0x08) !== 0 && page.readUInt32LE(24) === MAGIC
      const isRight =
        page.readBigUInt64LE(0) === BigInt(number) && page.readUInt32LE(28) === VERSION
      if (!isMeta || !isRight || page.readUInt32LE(48) !== size) this.#refuse('a header is damaged')
      return {
        free: readTree(page, 48, FREE_PAGES),
        main: readTree(page, 96, ''),
        lastPage: Number(page.readBigUInt64LE(144)),
        transaction: Number(page.readBigUInt64LE(152)),
      }
    })
    const [even, odd] = both as [Meta, Meta]
    // Transactions write the two headers in turn, so their numbers follow each other; in a new file
    // or a fresh copy the first header has none yet.
    const gap = Math.abs(even.transaction - odd.transaction)
    const isInTurn = even.transaction % 2 === 0 && odd.transaction % 2 === 1 && gap === 1
    if (!isInTurn && even.transaction !== 0)
      this.#refuse('the transaction numbers of its headers do not fit')
    return even.transaction >= odd.transaction ? even : odd
  }

  #refuse(why: string): never {
    throw new Error(`CORRUPTED: ${why}`)
  }

  #walkTree(tree: Tree, take: Take): void {
    const walk: Walk = {
      tree,
      take,
      before: undefined,
      beforeIsBranch: false,
      branches: 0,
      leaves: 0,
      overflows: 0,
      entries: 0,
    }
    const damagesBefore = this.damages.length
    // Any other flag would make LMDB read its pages in another way.
    if ((tree.flags & ~(tree.name === FREE_PAGES ? INTEGER_KEY | NO_FOLDER : INTEGER_KEY)) !== 0) {
      this.#damage(tree, `has flags 0x${tree.flags.toString(16)}`)
    }
    if (tree.root !== NONE) {
      if (tree.depth < 1 || tree.depth > DEPTH_MAX) this.#damage(tree, `has depth ${tree.depth}`)
      else this.#walkPage(walk, tree.root, tree.depth)
    }
    if (this.damages.length > damagesBefore) return // what is missing is why
    for (const count of ['branches', 'leaves', 'overflows', 'entries'] as const) {
      if (walk[count] === tree[count]) continue
      this.#damage(tree, `has ${walk[count]} ${count}, want ${tree[count]}`)
    }
  }

  #damage(tree: Tree, what: string): void {
    this.damages.push({ table: tree.name, what })
  }

  /** Notes that pages are used; false when that cannot be. */
  #use(tree: Tree, first: bigint, count: number, as: 1 | 2): boolean {
    const end = Number(first) + count
    const isThere = first >= BigInt(META_COUNT) && end <= this.#seen.length - 1
    // Free pages at the end may lie behind the file's end.
    const mayBeAway = as === 2 && first >= BigInt(META_COUNT) && end <= this.#meta.lastPage + 1
    if ((!isThere && !mayBeAway) || end > this.#meta.lastPage + 1) {
      this.#damage(tree, `names page ${first}, which is not in the file`)
      return false
    }
    this.#away += Math.max(0, end - Math.max(Number(first), this.#seen.length - 1))
    for (let page = Number(first); page < Math.min(end, this.#seen.length); page++) {
      if (this.#seen[page] !== 0) {
        this.#damage(tree, `names page ${page}, which is in use elsewhere`)
        return false
      }
      this.#seen[page] = as
    }
    return true
  }

  #walkPage(walk: Walk, number: bigint, depth: number): void {
    const { tree } = walk
    if (!this.#use(tree, number, 1, 1)) return
    const page = this.#read(Number(number) * this.#pageBytes, this.#pageBytes)
    const wrong = this.#wrongPage(page, number, depth === 1 ? LEAF : BRANCH)
    if (wrong !== undefined) {
      this.#damage(tree, `has a damaged page ${number}: ${wrong}`)
      return
    }
    if (depth === 1) walk.leaves++
    else walk.branches++
    const count = page.readUInt16LE(20) >> 1
    for (let i = 0; i < count; i++) {
      const at = page.readUInt16LE(HEADER_BYTES + i * 2) + HEADER_BYTES
      const keyBytes = page.readUInt16LE(at + 6)
      const key = page.subarray(at + NODE_BYTES, at + NODE_BYTES + keyBytes)
      // The first key of a branch is never looked at, and may be empty.
      if (depth === 1 || i > 0) this.#checkOrder(walk, key, number, depth > 1)
      if (depth === 1) {
        this.#takeNode(walk, page, at, key)
      } else {
        const child = page.readUInt32LE(at) + page.readUInt16LE(at + 4) * 2 ** 32
        this.#walkPage(walk, BigInt(child), depth - 1)
      }
    }
  }

  /** What is wrong with a page's header, offsets and nodes. */
  #wrongPage(page: Buffer, number: bigint, kind: number): string | undefined {
    if (page.length < this.#pageBytes) return 'the file ends in it'
    if (page.readBigUInt64LE(0) !== number) return 'it has another number'
    if (page.readBigUInt64LE(8) > BigInt(this.#meta.transaction)) return 'it is newer than the file'
    if ((page.readUInt16LE(18) & KIND_BITS) !== kind) return 'it is of another kind'
    const lower = page.readUInt16LE(20)
    const upper = page.readUInt16LE(22)
    const room = this.#pageBytes - HEADER_BYTES
    if (lower % 2 !== 0 || lower > upper || upper > room || (kind === BRANCH && lower < 4)) {
      return 'its bounds are wrong'
    }
    let bytes = 0
    for (let i = 0; i < lower / 2; i++) {
      const offset = page.readUInt16LE(HEADER_BYTES + i * 2)
      const at = offset + HEADER_BYTES
      if (offset < upper || offset % 2 !== 0 || at + NODE_BYTES > this.#pageBytes) {
        return `node ${i} is outside of it`
      }
      const size = nodeBytes(page, at, kind)
      if (at + size > this.#pageBytes) return `node ${i} goes beyond its end`
      bytes += size + (size & 1)
    }
    return bytes === room - upper ? undefined : 'its nodes do not fill it'
  }

  #checkOrder(walk: Walk, key: Buffer, page: bigint, isBranch: boolean): void {
    const { tree, before, beforeIsBranch } = walk
    const order =
      before === undefined ? -1 : compareKeys(before, key, (tree.flags & INTEGER_KEY) !== 0)
    // A branch's key may be the first one of the leaf under it, and of branches between.
    if (order > 0 || (order === 0 && !beforeIsBranch)) {
      this.#damage(tree, `has keys out of order in page ${page}`)
    }
    walk.before = key
    walk.beforeIsBranch = isBranch
  }

  #takeNode(walk: Walk, page: Buffer, at: number, key: Buffer): void {
    const { tree } = walk
    const flags = page.readUInt16LE(at + 4)
    const size = page.readUInt32LE(at)
    const dataAt = at + NODE_BYTES + key.length
    walk.entries++
    if ((flags & BIG) === 0) {
      const isTable = (flags & SUB_TABLE) !== 0
      if (isTable !== (tree === this.#meta.main) || (isTable && size !== TABLE_BYTES)) {
        this.#damage(tree, `has a value of the wrong kind under key ${showKey(key)}`)
        return
      }
      walk.take({ table: tree.name, key, value: () => page.subarray(dataAt, dataAt + size) })
      return
    }
    const first = page.readBigUInt64LE(dataAt)
    // A value that replaced a longer one in the same transaction lies in that one's pages, all of them.
    const needed = Math.floor((HEADER_BYTES - 1 + size) / this.#pageBytes) + 1
    const pages = Number(page.readBigUInt64LE(dataAt + 16))
    walk.overflows += pages
    if (pages < needed || pages > this.#seen.length) {
      this.#damage(tree, `has a value of the wrong size under key ${showKey(key)}`)
      return
    }
    if (!this.#use(tree, first, pages, 1)) return
    const position = Number(first) * this.#pageBytes
    const header = this.#read(position, HEADER_BYTES)
    const isRight =
      header.readBigUInt64LE(0) === first &&
      (header.readUInt16LE(18) & KIND_BITS) === OVERFLOW &&
      header.readUInt32LE(20) === pages &&
      header.readBigUInt64LE(8) <= BigInt(this.#meta.transaction)
    if (!isRight) {
      this.#damage(tree, `has a damaged page ${first} under key ${showKey(key)}`)
      return
    }
    const value = (): Buffer => this.#read(position + HEADER_BYTES, size)
    walk.take({ table: tree.name, key, value })
  }

  #takeFree(list: Buffer): void {
    const { free } = this.#meta
    const count = list.length >= 8 ? Number(list.readBigUInt64LE(0)) : -1
    if (count < 0 || list.length < (count + 1) * 8) {
      this.#damage(free, 'has a damaged list of free pages')
      return
    }
    for (let i = 1; i <= count; i++) {
      const entry = list.readBigInt64LE(i * 8)
      if (entry === 0n) continue
      const isBlock = entry < 0n
      if (isBlock && i === count) this.#damage(free, 'has a damaged list of free pages')
      else if (isBlock) this.#use(free, list.readBigUInt64LE(++i * 8), Number(-entry), 2)
      else this.#use(free, entry, 1, 2)
    }
  }

  /** Bytes of the file; fewer when it ends before. */
  #read(position: number, length: number): Buffer {
    const bytes = Buffer.alloc(length)
    let got = 0
    while (got < length) {
      const more = readSync(this.#descriptor, bytes, got, length - got, position + got)
      if (more === 0) break
      got += more
    }
    return bytes.subarray(0, got)
  }
}

function readTree(bytes: Buffer, at: number, name: string): Tree {
  return {
    name,
    flags: bytes.readUInt16LE(at + 4),
    depth: bytes.readUInt16LE(at + 6),
    branches: Number(bytes.readBigUInt64LE(at + 8)),
    leaves: Number(bytes.readBigUInt64LE(at + 16)),
    overflows: Number(bytes.readBigUInt64LE(at + 24)),
    entries: Number(bytes.readBigUInt64LE(at + 32)),
    root: bytes.readBigUInt64LE(at + 40),
  }
}

function nodeBytes(page: Buffer, at: number, kind: number): number {
  const keyBytes = page.readUInt16LE(at + 6)
  if (kind === BRANCH) return NODE_BYTES + keyBytes
  const isBig = (page.readUInt16LE(at + 4) & BIG) !== 0
  return NODE_BYTES + keyBytes + (isBig ? BIG_BYTES : page.readUInt32LE(at))
}

function compareKeys(a: Buffer, b: Buffer, areIntegers: boolean): number {
  if (!areIntegers || a.length !== b.length) return Buffer.compare(a, b)
  if (a.length === 4) return a.readUInt32LE(0) - b.readUInt32LE(0)
  return a.length === 8 ? Number(a.readBigUInt64LE(0) - b.readBigUInt64LE(0)) : Buffer.compare(a, b)
}

function showKey(key: Buffer): string {
  return `0x${key.toString('hex')}`
}
