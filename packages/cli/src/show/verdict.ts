import { WeirError } from '@weir/model'
import { EXIT } from '../exit.ts'

/** What a check found out about a file. */
export interface Verdict {
  readonly file: string
  /** `file:line: key: what`; none when the file is good. */
  readonly problems: readonly string[]
  /** What was found in it: `3 rules`. */
  readonly found: readonly string[]
  /** Further lines for people. */
  readonly details?: readonly string[]
}

/** Prints verdicts: good ones on stdout, problems on stderr, or all as JSON on stdout. Says which exit code. */
export function printVerdicts(verdicts: readonly Verdict[], json: boolean): number {
  const isGood = verdicts.every(({ problems }) => problems.length === 0)
  if (json) console.log(JSON.stringify(verdicts.map(asJson), null, 2))
  else
    for (const verdict of verdicts) {
      for (const problem of verdict.problems) console.error(problem)
      if (verdict.problems.length > 0) continue
      console.log([`${verdict.file}: good`, ...verdict.found].join(', '))
      for (const line of verdict.details ?? []) console.log(line)
    }
  return isGood ? EXIT.ok : EXIT.found
}

/** A verdict even where looking fails. */
export function attempt(file: string, look: () => Verdict): Verdict {
  try {
    return look()
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    const text = error.message.replace(/^Cannot (?:use|read) (?=\S+:\d+: )/, '')
    return { file, problems: text.split('\n'), found: [] }
  }
}

function asJson({ file, problems, found }: Verdict): object {
  return { file, good: problems.length === 0, problems, found }
}
