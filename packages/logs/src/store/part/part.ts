import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { levelOf } from '@weir/model'
import { valueTest } from '@weir/promql'
import type { LineCondition, LogStream, TimeRange } from '../../source.ts'
import type { Streams } from '../streams.ts'
import type { PartIndex } from './part-index.ts'
import { type PartName, firstBlock, indexFile, partFile } from './part-name.ts'
import { PartSql } from './part-sql.ts'
import { readIndex } from './read-index.ts'
import { requiredTexts } from './required-text.ts'
import { TIME_MS } from './value-kinds.ts'
import {
  BUCKET_LENGTH,
  type NeededWord,
  bucketAt,
  mayHold,
  neededHash,
  neededWords,
} from './words.ts'

/** Words, and beginnings of words, that the text of a time has: `2026`, `11`, `28T10`, `00`, `123Z`, `123`. */
const TIME_WORD = /^(?:\d{1,4}|\d{1,2}T\d{0,2}|\d{3,9}Z?)$/

/** A part as a reader has it: its index in memory, its word filters on disk. */
export class Part {
  readonly name: PartName
  readonly path: string
  readonly index: PartIndex
  readonly sql: PartSql
  readonly minNs: bigint
  readonly maxNs: bigint
  /** The store's streams by the part's own numbers. */
  readonly streams: readonly LogStream[]
  readonly #indexPath: string

  /** @throws {WeirError} `STORAGE_CORRUPT` */
  static open(folder: string, name: PartName, streams: Streams): Part {
    return new Part(folder, name, readIndex(folder, name), streams)
  }

  private constructor(folder: string, name: PartName, index: PartIndex, streams: Streams) {
    this.name = name
    this.path = join(folder, partFile(name))
    this.#indexPath = join(folder, indexFile(name))
    this.index = index
    this.sql = new PartSql(index.header)
    this.minNs = BigInt(index.header.minNs)
    this.maxNs = BigInt(index.header.maxNs)
    this.streams = index.labels.map((labels) => streams.of(labels))
  }

  overlaps({ fromNs, toNs }: TimeRange): boolean {
    return this.maxNs >= fromNs && this.minNs < toNs
  }

  /** The blocks that may have lines of these streams (by the part's numbers) in the range that meet the conditions. */
  blocks(
    isWanted: readonly boolean[],
    range: TimeRange,
    conditions: readonly LineCondition[],
  ): number[] {
    const severities = this.#severitiesFor(conditions)
    const probes = conditions.flatMap((condition) => this.#probes(condition))
    const { blocks } = this.index.header
    const found: number[] = []
    let file = -1
    const bucket = Buffer.allocUnsafe(BUCKET_LENGTH)
    try {
      blocks.forEach((block, number) => {
        if (BigInt(block.maxNs) < range.fromNs || BigInt(block.minNs) >= range.toNs) return
        if ((block.severities & severities) === 0) return
        if (!isWanted.slice(block.firstStream, block.lastStream + 1).includes(true)) return
        const base = this.index.filtersAt[number]!
        for (const { hash, number: digits } of probes) {
          if (digits !== undefined && mayBeInteger(block.integers, digits)) continue
          if (file < 0) file = openSync(this.#indexPath, 'r')
          readSync(file, bucket, 0, BUCKET_LENGTH, base + bucketAt(hash, block.filterBytes))
          if (!mayHold(hash, bucket)) return
        }
        found.push(number)
      })
    } finally {
      if (file >= 0) closeSync(file)
    }
    return found
  }

  /** What the rows of blocks have in their column `block`. */
  blockIds(blocks: readonly number[]): number[] {
    return blocks.map((block) => firstBlock(this.name) + block)
  }

  /** About how many lines meet the conditions, as far as the table of minutes tells. */
  linesMeeting(conditions: readonly LineCondition[]): number {
    const { counts, header } = this.index
    const severities = this.#severitiesFor(conditions)
    if (counts === undefined || severities === ALL_SEVERITIES) return header.rows
    let lines = 0
    for (let i = 0; i < counts.lines.length; i++) {
      if ((severities & (1 << counts.severities[i]!)) !== 0) lines += counts.lines[i]!
    }
    return lines
  }

  /** A bit for each severity that lines which meet the conditions may have. */
  #severitiesFor(conditions: readonly LineCondition[]): number {
    let mask = ALL_SEVERITIES
    for (const condition of conditions) {
      if (condition.kind !== 'value' || condition.isOwn === true) continue
      const { name } = condition
      if (name !== 'detected_level' && !(name === 'level' && this.sql.isLevelSeverity)) continue
      const test = valueTest(condition)
      for (let severity = 0; severity <= 24; severity++) {
        if (!test(levelOf(severity))) mask &= ~(1 << severity)
      }
    }
    return mask
  }

  /** What every line that meets a condition has in a block's filter. */
  #probes(condition: LineCondition): Probe[] {
    switch (condition.kind) {
      case 'contains':
        return this.#words(condition.text, false)
      case 'matches':
        return requiredTexts(condition.regex).flatMap((text) => this.#words(text, false))
      case 'value':
        // A value of the line itself; one with escapes may be written in other ways.
        return condition.operator === '=' &&
          (condition.isOwn === true || !/^(detected_)?level$/.test(condition.name)) &&
          /^[ !#-.0-[\]-~]+$/.test(condition.value)
          ? this.#valueWords(condition.name, condition.value)
          : []
      case 'all':
        return condition.of.flatMap((of) => this.#probes(of))
      case 'number':
      case 'not':
      case 'any':
        return []
      default:
        return condition satisfies never
    }
  }

  /** Whether a word may stand in the text of a line's own time, which is in no column and no filter. */
  #timeMayHave({ text, isStem }: NeededWord): boolean {
    const digits = new Set(
      this.index.header.shapes.flatMap(({ kinds }) =>
        kinds.filter((kind) => kind >= TIME_MS).map((kind) => 3 * (kind - TIME_MS + 1)),
      ),
    )
    if (digits.size === 0) return false
    const length = text.replace('Z', '').length
    // Five digits or more are those of a fraction, which has a certain number of them.
    if (/T/.test(text) || length < 5) return true
    return [...digits].some((number) => (isStem ? length <= number : length === number))
  }

  /** The words of a value under a name: only columns of that name count. */
  #valueWords(name: string, value: string): Probe[] {
    const { columns, shapes } = this.index.header
    if (shapes.some(({ times }) => times.some((time) => time.name === name))) {
      return this.#words(value, true)
    }
    const isInteger = columns.some((column) => column.name === name && column.isInteger)
    return neededWords(value, true).flatMap((word) => {
      const hash = neededHash(word)
      if (hash === undefined) return []
      return [{ hash, number: isInteger && /^\d+$/.test(word.text) ? word : undefined }]
    })
  }

  #words(text: string, isWhole: boolean): Probe[] {
    return neededWords(text, isWhole).flatMap((word) => {
      if (TIME_WORD.test(word.text) && this.#timeMayHave(word)) return []
      const hash = neededHash(word)
      if (hash === undefined) return []
      return [{ hash, number: /^\d+$/.test(word.text) ? word : undefined }]
    })
  }
}

const ALL_SEVERITIES = 2 ** 25 - 1

interface Probe {
  readonly hash: number
  /** Digits, which a column of integers may have too. */
  readonly number: NeededWord | undefined
}

/** Whether one of the columns of integers may have digits in a block. */
function mayBeInteger(
  integers: readonly (readonly [column: number, min: number, max: number])[],
  { text, isStem }: NeededWord,
): boolean {
  const value = Number(text)
  return integers.some(([, min, max]) => {
    if (min < 0) return true // digits behind a sign
    if (text.startsWith('0') && text !== '0') return false
    if (value >= min && value <= max) return true
    if (!isStem) return false
    for (let power = 10; value * power <= max; power *= 10) {
      if (value * power + power - 1 >= min) return true
    }
    return false
  })
}
