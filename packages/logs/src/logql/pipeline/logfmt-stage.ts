import type { ExtractedLabel } from '../ast.ts'
import { ParseError } from '../parse/parse-error.ts'
import { labelName, labelValue } from './label-name.ts'
import type { LineState } from './line-state.ts'
import { LogfmtScanner } from './logfmt-scanner.ts'
import type { StageRun } from './stage-run.ts'
import type { Wanted } from './wanted.ts'

const ERROR_NAME = 'LogfmtParserErr'

interface Options {
  readonly isStrict: boolean
  readonly keepsEmpty: boolean
}

/** `logfmt`: all pairs; `--strict` stops at what is none, `--keep-empty` keeps keys without a value. */
export function compileLogfmt({ isStrict, keepsEmpty }: Options, wanted: Wanted): StageRun {
  const scanner = new LogfmtScanner()
  return (state) => {
    if (wanted.isNothing) return true
    let left = wanted.count
    scanner.begin(state.line)
    while (!scanner.isAtEnd) {
      if (!scanner.next()) {
        if (isStrict) break
        continue
      }
      const name = labelName(scanner.key)
      if (name === '') continue
      const key = state.extractedName(name)
      if (!wanted.has(key) || state.isParsed(key)) continue
      if (scanner.value === '' && !keepsEmpty) continue
      state.extract(key, labelValue(scanner.value))
      if (--left === 0) break
    }
    return finish(state, scanner, isStrict)
  }
}

function finish(state: LineState, scanner: LogfmtScanner, isStrict: boolean): true {
  if (isStrict && scanner.error !== '') state.setError(ERROR_NAME, scanner.error)
  return true
}

/** `logfmt a, b="key"`: the chosen ones; what is not there is set to ''. */
export function compileChosenLogfmt(
  labels: readonly ExtractedLabel[],
  { isStrict }: Options,
  wanted: Wanted,
): StageRun {
  const nameOf = new Map<string, string>()
  for (const { name, expression, start } of labels) {
    if (!/^[\p{L}_][\p{L}\p{Nd}_.-]*$/u.test(expression)) {
      throw new ParseError(`cannot parse expression [${expression}]: want a key of logfmt`, start)
    }
    nameOf.set(expression, name)
  }
  const scanner = new LogfmtScanner()
  return (state) => {
    if (wanted.isNothing) return true
    for (const { name } of labels) {
      if (state.extractedName(name) === name) state.set('parsed', name, '')
    }
    scanner.begin(state.line)
    while (!scanner.isAtEnd) {
      if (!scanner.next()) {
        if (isStrict) break
        continue
      }
      const name = nameOf.get(scanner.key) ?? nameOf.get(labelName(scanner.key))
      if (name === undefined) continue
      const value = scanner.value.includes('\uFFFD') ? '' : scanner.value
      state.set('parsed', state.extractedName(name), value)
    }
    return finish(state, scanner, isStrict)
  }
}
