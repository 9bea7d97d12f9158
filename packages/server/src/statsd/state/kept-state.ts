/**
 * The aggregates over a restart: counters go on, gauges stay, histograms and summaries keep their counts.
 *
 * Two files for values, written in turn, so that one is always whole; beside them the list of series, which only
 * grows, until most of it speaks of what has gone and a new one is begun. All is synced before the samples of the same
 * flush are committed: what was stored is then never ahead of what is kept, and no counter falls after a `kill -9`.
 *
 *     values-0  values-1        series-3.jsonl
 *
 * Quantiles need all their centroids, many bytes: they are kept at each flush only while they are few.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { type FileHandle, copyFile, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Aggregate } from '../aggregate.ts'
import { SeriesLines, readSeriesLines } from './series-list.ts'
import { readHead, restoreValues, writeValues } from './values-file.ts'

/** At each flush quantiles are kept while their centroids take no more than this, at the end no more than that. */
const DIGEST_BYTES = 4 * 1024 * 1024
const LAST_DIGEST_BYTES = 256 * 1024 * 1024

const OWN_FILE = /^(values-[01]|series-\d+\.jsonl)$/

/** So many series are listed at a time; then the sockets get a turn. */
const SERIES_A_TURN = 5000

/** What was found at the start. */
export interface Restored {
  readonly series: number
  /** For which there was no room. */
  readonly left: number
  readonly savedMs: number
}

export class KeptState {
  readonly #folder: string
  readonly #aggregate: Aggregate
  readonly #bytesMax: number
  #lines = new SeriesLines()
  #sequence = 0
  #generation = 0
  /** Bytes of the newest values. */
  bytes = 0
  /** Whether the files are what was last written: after a failure a new list is begun. */
  #isWhole = false
  /** With so many series it was more than may be kept; Infinity: it was not yet. */
  #tooMany = Infinity
  #savedAt = ''

  constructor(folder: string, aggregate: Aggregate, bytesMax: number) {
    this.#folder = folder
    this.#aggregate = aggregate
    this.#bytesMax = bytesMax
    mkdirSync(folder, { recursive: true })
  }

  /**
   * Puts back what was kept; undefined when nothing was.
   *
   * @throws when files are there and none is whole
   */
  restore(): Restored | undefined {
    const files = this.#files().toSorted((a, b) => b.head.sequence - a.head.sequence)
    const isThere = readdirSync(this.#folder).some((name) => name.startsWith('values-'))
    for (const { bytes, head } of files) {
      this.#sequence = Math.max(this.#sequence, head.sequence)
      this.#generation = Math.max(this.#generation, head.list.generation)
      const lines = this.#readList(head.list)
      if (lines === undefined) continue
      const listed = readSeriesLines(lines)
      const left = restoreValues(bytes, head, listed, this.#aggregate)
      return { series: listed.size - left, left, savedMs: head.savedMs }
    }
    if (isThere) throw new Error('none of the files is whole')
    return undefined
  }

  /**
   * Keeps what the aggregates are when it is called; resolves when that survives a power cut.
   *
   * @returns false when it is more than may be kept; then nothing is
   */
  async save(nowMs: number, isLast = false): Promise<boolean> {
    const aggregate = this.#aggregate
    const savedAt = aggregate.changeMark()
    if (savedAt === this.#savedAt && !isLast) return true
    // Listing all of them anew at each flush, to find it too much again, would cost more than it is worth.
    if (aggregate.seriesCount > this.#tooMany * 0.9) return false
    const isNew = !this.#isWhole || this.#lines.isStale(aggregate.seriesCount)
    if (isNew) {
      this.#lines = new SeriesLines()
      this.#generation++
    }
    this.#isWhole = false
    // Many new series take their turns; what is left, and the values, are of one moment.
    await this.#list(isNew)
    const lines = this.#lines.changes(aggregate)
    const { bytes: listBytes, crc } = this.#lines
    const sequence = this.#sequence + 1
    const values = writeValues(aggregate, {
      sequence,
      list: { generation: this.#generation, bytes: listBytes, crc },
      savedMs: nowMs,
      hasDigests: aggregate.digests.bytes <= (isLast ? LAST_DIGEST_BYTES : DIGEST_BYTES),
    })
    this.bytes = values.length + listBytes
    if (this.bytes > this.#bytesMax) {
      this.#tooMany = aggregate.seriesCount
      this.drop()
      return false
    }
    this.#tooMany = Infinity
    if (lines.length > 0) await this.#write(this.#listFile(this.#generation), lines, 'a')
    await this.#write(join(this.#folder, `values-${sequence % 2}`), values, 'w')
    this.#sequence = sequence
    this.#savedAt = savedAt
    this.#isWhole = true
    if (isNew) this.#removeLists()
    return true
  }

  /** Copies the files into another folder; nothing may be saved meanwhile. */
  async copyTo(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true })
    for (const name of readdirSync(this.#folder)) {
      if (OWN_FILE.test(name)) await copyFile(join(this.#folder, name), join(folder, name))
    }
  }

  /** Brings the list up to the series that there are, some thousands at a time. */
  async #list(isNew: boolean): Promise<void> {
    const path = this.#listFile(this.#generation)
    if (isNew) await this.#write(path, Buffer.alloc(0), 'w')
    for (let from = 0; from < this.#aggregate.seriesEnd; from += SERIES_A_TURN) {
      const lines = this.#lines.changes(this.#aggregate, from, from + SERIES_A_TURN)
      if (lines.length > 0) await this.#write(path, lines, 'a')
    }
  }

  /** Forgets all: what is old would let counters fall later. */
  drop(): void {
    for (const name of readdirSync(this.#folder)) {
      if (OWN_FILE.test(name)) rmSync(join(this.#folder, name))
    }
    this.bytes = 0
    this.#savedAt = ''
    this.#isWhole = false
  }

  async #write(path: string, bytes: Buffer, mode: 'w' | 'a'): Promise<void> {
    let file: FileHandle | undefined
    try {
      file = await open(path, mode)
      await file.write(bytes)
      await file.datasync()
    } finally {
      await file?.close()
    }
  }

  /** Files of values that are whole. */
  #files(): { readonly bytes: Buffer; readonly head: NonNullable<ReturnType<typeof readHead>> }[] {
    return [0, 1].flatMap((slot) => {
      const path = join(this.#folder, `values-${slot}`)
      if (!existsSync(path)) return []
      const bytes = readFileSync(path)
      const head = readHead(bytes)
      return head === undefined ? [] : [{ bytes, head }]
    })
  }

  #readList(list: { generation: number; bytes: number; crc: number }): string | undefined {
    const path = this.#listFile(list.generation)
    if (!existsSync(path)) return undefined
    const bytes = readFileSync(path).subarray(0, list.bytes)
    return bytes.length === list.bytes && crc32(bytes) === list.crc ? bytes.toString() : undefined
  }

  #listFile(generation: number): string {
    return join(this.#folder, `series-${generation}.jsonl`)
  }

  /** Removes lists of before; the older file of values loses its own, the newer one is durable by now. */
  #removeLists(): void {
    for (const name of readdirSync(this.#folder)) {
      const generation = Number(/^series-(\d+)\.jsonl$/.exec(name)?.[1] ?? this.#generation)
      if (generation !== this.#generation) rmSync(join(this.#folder, name))
    }
  }
}
