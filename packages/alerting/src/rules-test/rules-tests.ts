import { type Clock, WeirError } from '@weir/model'
import { type RuleGroup, parseRuleFile } from '../rules/config.ts'
import type { RuleFile } from '../rules/source.ts'
import type { RulesTestOutcome } from './outcome.ts'
import { runRulesTest } from './run-test.ts'
import { type RulesTestFile, parseRulesTest } from './test-file.ts'

export interface RulesTestsRequest {
  readonly fileName: string
  readonly text: string
  /** Reads the rule files that the patterns of a test file name. */
  readonly readRules: (patterns: readonly string[]) => readonly RuleFile[]
  /** Only tests whose name one of these finds; all when there is none. */
  readonly run: readonly RegExp[]
  readonly features: readonly string[]
  /** Keys of rule files that nobody knows are no mistake. */
  readonly ignoresUnknownFields: boolean
  /** Every sample at the end of a test, in its outcome. */
  readonly keepsDump: boolean
  readonly clock: Clock
}

/**
 * Runs a file of unit tests of rules with the engine that a running Weir has.
 *
 * @throws {WeirError} `RULES_TEST_INVALID` for a file that cannot be read; what `readRules` throws
 */
export async function runRulesTests(request: RulesTestsRequest): Promise<RulesTestOutcome[]> {
  const { fileName, text, run, features, keepsDump, clock } = request
  const file = parseRulesTest(text, fileName)
  const ruleFiles = request.readRules(file.ruleFiles)
  const outcomes: RulesTestOutcome[] = []
  for (const [index, unnamed] of file.tests.entries()) {
    if (run.length > 0 && !run.some((pattern) => pattern.test(unnamed.name))) continue
    const test = { ...unnamed, name: unnamed.name === '' ? `unnamed#${index}` : unnamed.name }
    const groups = groupsOf(ruleFiles, file, request)
    outcomes.push(
      groups instanceof WeirError
        ? failed(test, groups.message)
        : await runRulesTest(test, file, { groups, features, keepsDump, clock }),
    )
  }
  return outcomes
}

/** Groups that are named in the order of evaluation go by it, after those that are not. */
function groupsOf(
  ruleFiles: readonly RuleFile[],
  { groupEvalOrder }: RulesTestFile,
  { features, ignoresUnknownFields }: RulesTestsRequest,
): readonly RuleGroup[] | WeirError {
  const unknown = ignoresUnknownFields ? 'ignored' : 'refused'
  try {
    const groups = ruleFiles.flatMap((file) => parseRuleFile(file, features, unknown))
    // Tests bring samples and no lines.
    const overMetrics = groups.map((group) => ({
      ...group,
      rules: group.rules.filter(({ source }) => source === 'metrics'),
    }))
    const placeOf = ({ name }: RuleGroup): number => Math.max(0, groupEvalOrder.indexOf(name))
    return overMetrics.toSorted((a, b) => placeOf(a) - placeOf(b))
  } catch (error) {
    if (error instanceof WeirError) return error
    throw error
  }
}

function failed(
  { name, line }: Pick<RulesTestOutcome, 'name' | 'line'>,
  message: string,
): RulesTestOutcome {
  return { name, line, failures: [{ kind: 'error', line, message }], dump: [], tookMs: 0 }
}
