import { JsonScanner } from './json-scanner.ts'
import { labelName, labelValue } from './label-name.ts'
import type { StageRun } from './stage-run.ts'

/** Where what packs lines (Promtail's `pack` stage) puts the line. */
const ENTRY = '_entry'

/** `unpack`: strings of a JSON object become labels and its `_entry` the line; without that nothing changes. */
export function compileUnpack(): StageRun {
  const scanner = new JsonScanner()
  return (state) => {
    const { line } = state
    if (line === '') return true
    if (line[0] !== '{') {
      state.setError('JSONParserErr', 'expecting json object(6), but it is not')
      return true
    }
    let entry: string | undefined
    const found: string[] = []
    const fault = scanner.members(line, 0, (key) => {
      if (scanner.kind !== 'string') return 'on'
      if (key === ENTRY) entry = scanner.value()
      else found.push(key, labelValue(scanner.value()))
      return 'on'
    })
    if (fault !== '') {
      state.setError('JSONParserErr', fault)
      return true
    }
    if (entry === undefined) return true
    for (let i = 0; i < found.length; i += 2) {
      const name = state.extractedName(found[i]!)
      if (!state.isParsed(name)) state.set('parsed', labelName(name), found[i + 1]!)
    }
    state.line = entry
    return true
  }
}
