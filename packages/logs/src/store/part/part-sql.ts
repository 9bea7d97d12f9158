/**
 * What is asked of a part, in SQL: its lines put together again from literals and columns, values by
 * name, and conditions. Everything depends on the part's own shapes and columns.
 *
 * A condition becomes SQL that is true for every row that meets it; where it is true for others too, it is
 * not `isExact`. A search for a text goes to the columns where it can stand, and not to the whole line,
 * which is dear to put together: a text with none of the characters that divide values in JSON lies inside
 * one value, or inside what lines share.
 */
import { levelOf } from '@weir/model'
import { valueTest } from '@weir/promql'
import { RE2JS } from 're2js'
import type { LineCondition } from '../../source.ts'
import { LEVEL_SQL } from './level-sql.ts'
import type { PartColumn, PartHeader, PartShape } from './part-index.ts'
import { requiredTexts, staysWithin } from './required-text.ts'
import { sqlText } from './sql-text.ts'
import { TIME_MS, TIME_US } from './value-kinds.ts'

export interface SqlCondition {
  /** Where it is NULL it does not hold: DuckDB searches columns faster when nobody says so for each row. */
  readonly sql: string
  readonly isExact: boolean
}

/** Something that is looked for in lines. */
interface Sought {
  /** Whether it is in a text at hand. */
  readonly isIn: (text: string) => boolean
  /** The same in SQL. */
  readonly test: (column: string) => string
  /** Characters that must be there. */
  readonly needed: string
}

/** Those of a time without its zone. */
const TIME_CHARACTERS = '0123456789-:.T'

/** Whether all characters of a text are among others, as {@link PartColumn.characters} has them. */
function hasAll(characters: string, text: string): boolean {
  for (const character of text) {
    if (!characters.includes(character > '\u007F' ? '\u0080' : character)) return false
  }
  return true
}

const ALWAYS: SqlCondition = { sql: 'true', isExact: true }
const NEVER: SqlCondition = { sql: 'false', isExact: true }
/** For what columns cannot tell. */
const MAYBE: SqlCondition = { sql: 'true', isExact: false }

/** One of these stands between any two values of a line. */
const DIVIDING = /[",:}]/
const DIVIDING_ALL = /[",:}]+/
/** What JSON may write with an escape. */
const MAY_BE_ESCAPED = /["\\/\u0000-\u001F\u007F-\uFFFF]/

export class PartSql {
  readonly #header: PartHeader
  #line: string | undefined
  #metadata: string | undefined

  constructor(header: PartHeader) {
    this.#header = header
  }

  /** The line as it came. */
  get line(): string {
    this.#line ??= this.#rebuilt('shape', this.#header.shapes, 'line')
    return this.#line
  }

  /** What was said beside the line, as JSON; '' for nothing. */
  get metadata(): string {
    const { metadataShapes } = this.#header
    this.#metadata ??= this.#rebuilt('metashape', metadataShapes, 'metadata')
    return this.#metadata
  }

  /** What the line itself says under a name, NULL for nothing; undefined: only its text tells. */
  field(name: string): string | undefined {
    return this.#header.hasLooseJson ? undefined : this.#firstOf(name, false)
  }

  /** Whether `level` is the word for the severity of every line: nobody said otherwise beside it. */
  get isLevelSeverity(): boolean {
    const { hasLooseMetadata, columns } = this.#header
    return (
      !hasLooseMetadata && !columns.some(({ name, isMetadata }) => isMetadata && name === 'level')
    )
  }

  /** What a line is known by under a name, its stream's labels left aside; '' for nothing. */
  value(name: string): string | undefined {
    if (name === 'detected_level') return LEVEL_SQL
    const { hasLooseJson, hasLooseMetadata } = this.#header
    const isLevel = name === 'level' // never what the line itself says
    if ((hasLooseJson && !isLevel) || hasLooseMetadata) return undefined
    const beside = this.#firstOf(name, true)
    const own = isLevel ? 'NULL' : this.#firstOf(name, false)
    const found = [beside, own].filter((sql) => sql !== 'NULL')
    const last = isLevel ? LEVEL_SQL : `''`
    return found.length === 0 ? last : `coalesce(${[...found, last].join(', ')})`
  }

  /**
   * A condition for rows of streams that have none of the names in it as labels.
   *
   * @see LineCondition
   */
  condition(condition: LineCondition): SqlCondition {
    switch (condition.kind) {
      case 'contains':
        return this.#contains(condition.text)
      case 'matches':
        return this.#matches(condition.regex)
      case 'value':
        return this.#value(condition)
      case 'number': {
        const value = this.value(condition.name)
        if (value === undefined) return MAYBE
        const { operator, value: than } = condition
        if (!Number.isFinite(than)) return MAYBE
        const equal = operator === '==' ? '=' : operator === '!=' ? '<>' : operator
        return { sql: `try_cast(${value} AS DOUBLE) ${equal} ${than}`, isExact: false }
      }
      case 'not': {
        const inner = this.condition(condition.of)
        return inner.isExact ? { sql: negation(inner.sql), isExact: true } : MAYBE
      }
      case 'any':
        return joined(
          'OR',
          condition.of.map((of) => this.condition(of)),
        )
      case 'all':
        return this.all(condition.of)
      default:
        return condition satisfies never
    }
  }

  all(conditions: readonly LineCondition[]): SqlCondition {
    return joined(
      'AND',
      conditions.map((of) => this.condition(of)),
    )
  }

  #contains(text: string): SqlCondition {
    if (text === '') return ALWAYS
    const test = (column: string): string => `contains(${column}, ${sqlText(text)})`
    if (!DIVIDING.test(text) && !(this.#isSpaced && /\s/.test(text))) {
      const isIn = (value: string): boolean => value.includes(text)
      return { sql: this.#within({ isIn, test, needed: text }), isExact: true }
    }
    // What lies between the dividing characters leaves out most lines before they are put together.
    const pieces = text.split(DIVIDING_ALL).map((piece) => piece.trim())
    const needed = pieces.filter(
      (piece) => piece.length >= 3 && !(this.#isSpaced && /\s/.test(piece)),
    )
    const cheap = needed.map((piece) => this.#contains(piece).sql)
    return { sql: conjunction([...cheap, test(this.line)]), isExact: true }
  }

  #matches(regex: string): SqlCondition {
    const test = (column: string): string => `regexp_matches(${column}, ${sqlText(regex)})`
    const texts = requiredTexts(regex)
    // The longest leaves out most; a second one would cost more than it saves.
    const longest = texts.reduce((a, b) => (b.length > a.length ? b : a), '')
    const cheap = longest === '' ? [] : [this.#contains(longest).sql]
    if (!staysWithin(regex) || (this.#isSpaced && regex.includes(' '))) {
      return { sql: conjunction([...cheap, test(this.line)]), isExact: true }
    }
    const compiled = RE2JS.compile(regex)
    const isIn = (value: string): boolean => compiled.test(value)
    const within = this.#within({ isIn, test, needed: texts.join('') })
    return { sql: conjunction([...cheap, within]), isExact: true }
  }

  /** Whether blanks may stand between values. */
  get #isSpaced(): boolean {
    return this.#header.shapes.some(({ literals }) => literals.some((text) => /\s/.test(text)))
  }

  /** Rows in whose line something is, that cannot lie across two values. */
  #within({ isIn, test, needed }: Sought): string {
    const { columns, shapes, looseLines } = this.#header
    const found = looseLines === 0 ? [] : [test('line')]
    const sharing = shapes.flatMap(({ literals }, i) => (literals.some(isIn) ? [i + 1] : []))
    if (sharing.length > 0) found.push(`shape IN (${sharing.join(', ')})`)
    columns.forEach(({ isMetadata, isInteger, values, characters }, number) => {
      if (isMetadata || !hasAll(characters, needed)) return
      const column = `c${number}`
      if (values === undefined) {
        found.push(test(isInteger ? `${column}::VARCHAR` : column))
        return
      }
      const fitting = values.filter(isIn)
      if (fitting.length > 0) found.push(oneOf(column, fitting))
    })
    if (hasAll(TIME_CHARACTERS, needed)) found.push(...timeTests(shapes, test))
    return found.length === 0 ? 'false' : `(${found.join(' OR ')})`
  }

  #value(condition: LineCondition & { kind: 'value' }): SqlCondition {
    const { name, operator, value } = condition
    if (condition.isOwn === true) return this.#ownValue(condition)
    if (name === 'detected_level' || (name === 'level' && this.isLevelSeverity)) {
      return severityCondition(condition)
    }
    const sql = this.value(name)
    if (sql === undefined) return MAYBE
    const isRaw = this.#columnsOf(name).every(({ hasEscapes }) => !hasEscapes)
    switch (operator) {
      case '=':
      case '!=': {
        const own = this.#columnsOf(name)
        const isNowhere =
          value !== '' &&
          name !== 'level' &&
          this.#timesOf(name).length === 0 &&
          isRaw &&
          own.every(({ values, isInteger }) =>
            isInteger ? !/^-?\d+$/.test(value) : values !== undefined && !values.includes(value),
          )
        if (isNowhere) return operator === '=' ? NEVER : ALWAYS
        const plain = this.#plainEquality(name, value)
        if (plain !== undefined) {
          return { sql: operator === '=' ? plain : negation(plain), isExact: true }
        }
        return { sql: `${sql} ${operator === '=' ? '=' : '<>'} ${sqlText(value)}`, isExact: true }
      }
      case '=~':
      case '!~': {
        const test = `regexp_full_match(${sql}, ${sqlText(value)})`
        return { sql: operator === '=~' ? test : `NOT ${test}`, isExact: true }
      }
      default:
        return operator satisfies never
    }
  }

  #ownValue({ name, operator, value }: LineCondition & { kind: 'value' }): SqlCondition {
    const found = this.field(name)
    if (found === undefined) return MAYBE
    const sql = `coalesce(${found}, '')`
    if (operator === '=' || operator === '!=') {
      return { sql: `${sql} ${operator === '=' ? '=' : '<>'} ${sqlText(value)}`, isExact: true }
    }
    const test = `regexp_full_match(${sql}, ${sqlText(value)})`
    return { sql: operator === '=~' ? test : `NOT ${test}`, isExact: true }
  }

  /** Where one column has a name, DuckDB compares it as it lies. */
  #plainEquality(name: string, value: string): string | undefined {
    const numbers = this.#numbersOf(name)
    if (numbers.length !== 1 || value === '' || name === 'level') return undefined
    if (this.#timesOf(name).length > 0) return undefined
    const { isInteger, hasEscapes } = this.#header.columns[numbers[0]!]!
    if (hasEscapes && MAY_BE_ESCAPED.test(value)) return undefined
    if (!isInteger) {
      return hasEscapes ? undefined : `c${numbers[0]} = ${sqlText(value)}`
    }
    return /^-?[1-9]\d{0,14}$|^0$/.test(value) ? `c${numbers[0]} = ${value}` : 'false'
  }

  #columnsOf(name: string): PartColumn[] {
    return this.#numbersOf(name).map((number) => this.#header.columns[number]!)
  }

  #numbersOf(name: string): number[] {
    return this.#header.columns.flatMap((column, number) => (column.name === name ? [number] : []))
  }

  #firstOf(name: string, isMetadata: boolean): string {
    const { columns } = this.#header
    const found = this.#numbersOf(name)
      .filter((number) => columns[number]!.isMetadata === isMetadata)
      .map((number) => valueSql(columns[number]!, number))
    if (!isMetadata) found.push(...this.#timesOf(name))
    if (found.length === 0) return 'NULL'
    return found.length === 1 ? found[0]! : `coalesce(${found.join(', ')})`
  }

  /** Where a name is the line's own time. */
  #timesOf(name: string): string[] {
    return this.#header.shapes.flatMap(({ times }, i) =>
      times
        .filter((time) => time.name === name)
        .map(
          ({ kind, zone }) =>
            `CASE WHEN shape = ${i + 1} THEN concat(${timeSql(kind)}, ${sqlText(zone)}) END`,
        ),
    )
  }

  #rebuilt(shapeColumn: string, shapes: readonly PartShape[], loose: string): string {
    const otherwise = `coalesce(${loose}, '')`
    if (shapes.length === 0) return otherwise
    const cases = shapes.map((shape, i) => `WHEN ${i + 1} THEN ${this.#together(shape)}`)
    return `CASE ${shapeColumn} ${cases.join(' ')} ELSE ${otherwise} END`
  }

  #together({ literals, kinds, columns }: PartShape): string {
    const pieces = literals.flatMap((literal, i) => {
      if (i === kinds.length) return [sqlText(literal)]
      const column = columns[i]!
      const value = column < 0 ? timeSql(kinds[i]!) : rawSql(this.#header.columns[column]!, column)
      return [sqlText(literal), value]
    })
    return `concat(${pieces.filter((piece) => piece !== "''").join(', ')})`
  }
}

/** Severities whose word meets a condition. */
function severityCondition(condition: LineCondition & { kind: 'value' }): SqlCondition {
  const test = valueTest(condition)
  const fitting: number[] = []
  for (let severity = 0; severity <= 24; severity++) {
    if (test(levelOf(severity))) fitting.push(severity)
  }
  if (fitting.length === 0) return NEVER
  return fitting.length === 25
    ? ALWAYS
    : { sql: `severity IN (${fitting.join(', ')})`, isExact: true }
}

/** A column's value as it stands in the line. */
function rawSql({ isInteger }: PartColumn, number: number): string {
  return isInteger ? `c${number}::VARCHAR` : `c${number}`
}

/** A column's value with its escapes undone. */
function valueSql(column: PartColumn, number: number): string {
  const raw = rawSql(column, number)
  if (!column.hasEscapes) return raw
  // Halves of characters are no JSON to DuckDB; nothing is known of such a value.
  return `CASE WHEN contains(${raw}, '\\') THEN coalesce(try_cast(concat('"', ${raw}, '"') AS JSON) ->> '$', '') ELSE ${raw} END`
}

function timeSql(kind: number): string {
  const digits = kind === TIME_MS ? '%g' : kind === TIME_US ? '%f' : '%n'
  return `strftime(make_timestamp_ns(time), '%Y-%m-%dT%H:%M:%S.${digits}')`
}

/** Shapes in whose times something is found. */
function timeTests(shapes: readonly PartShape[], test: (column: string) => string): string[] {
  const kinds = new Map<number, number[]>()
  shapes.forEach((shape, i) => {
    for (const kind of new Set(shape.kinds)) {
      if (kind >= TIME_MS) kinds.set(kind, [...(kinds.get(kind) ?? []), i + 1])
    }
  })
  return [...kinds].map(
    ([kind, ids]) => `(shape IN (${ids.join(', ')}) AND ${test(timeSql(kind))})`,
  )
}

function oneOf(column: string, values: readonly string[]): string {
  return `${column} IN (${values.map(sqlText).join(', ')})`
}

function negation(sql: string): string {
  return `NOT coalesce(${sql}, false)`
}

function conjunction(parts: readonly string[]): string {
  if (parts.includes('false')) return 'false'
  const telling = parts.filter((sql) => sql !== 'true')
  return telling.length === 0 ? 'true' : telling.map((sql) => `(${sql})`).join(' AND ')
}

function joined(word: 'AND' | 'OR', parts: readonly SqlCondition[]): SqlCondition {
  if (parts.length === 0) return word === 'AND' ? ALWAYS : NEVER
  const isExact = parts.every((part) => part.isExact)
  if (word === 'AND') return { sql: conjunction(parts.map(({ sql }) => sql)), isExact }
  if (parts.some(({ sql }) => sql === 'true')) return { sql: 'true', isExact }
  if (parts.every(({ sql }) => sql === 'false')) return NEVER
  return { sql: `(${parts.map(({ sql }) => `(${sql})`).join(' OR ')})`, isExact }
}
