import type { LineAlternative, LineFilterStage } from '../ast.ts'
import { compileIpFilter } from './ip.ts'
import type { LineState } from './line-state.ts'
import { compileLinePattern } from './pattern.ts'
import { textTest } from './regex.ts'
import type { StageRun } from './stage-run.ts'

/** `|= "a" or "b"`, `!~ "re"`, `|> "<_> took <_>"`, `|= ip("10.0.0.0/8")`. */
export function compileLineFilter(stage: LineFilterStage): StageRun {
  const tests = stage.alternatives.map((one) => alternativeTest(stage, one))
  const wanted = stage.operator.startsWith('|')
  const [only] = tests
  if (tests.length === 1) return (state: LineState) => only!(state.line) === wanted
  return (state: LineState) => {
    const { line } = state
    for (const test of tests) if (test(line)) return wanted
    return !wanted
  }
}

function alternativeTest(
  { operator }: LineFilterStage,
  { text, isIp, start }: LineAlternative,
): (line: string) => boolean {
  if (isIp) {
    const filter = compileIpFilter(text, start)
    return (line) => filter.isIn(line)
  }
  switch (operator) {
    case '|=':
    case '!=':
      return (line) => line.includes(text)
    case '|~':
    case '!~':
      return textTest(text, start)
    case '|>':
    case '!>':
      return compileLinePattern(text, start)
    default:
      return operator satisfies never
  }
}
