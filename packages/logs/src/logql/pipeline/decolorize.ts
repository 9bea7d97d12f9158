import type { StageRun } from './stage-run.ts'

/**
 * Terminal escapes by ECMA-48: control sequences (colours, cursor), operating system commands (titles,
 * links), and the short ones. None of them reaches over the next escape, so the search is linear.
 */
const ESCAPES =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[ -/]*[0-Z^-~\\]/g

/** `decolorize`: the line without colours. */
export function compileDecolorize(): StageRun {
  return (state) => {
    const { line } = state
    if (line.includes('\u001b') || line.includes('\u009b'))
      state.line = line.replaceAll(ESCAPES, '')
    return true
  }
}
