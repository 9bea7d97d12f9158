import type { AlertingSetup } from '../options.ts'
import { type RecordingRuleSpec, parseRuleFile, parseRuleGroups } from './config.ts'
import { EVALUATION_INTERVAL_MS, groupKey } from './group.ts'
import { phaseOf } from './phase.ts'

/** The recording rules of a group, and when they are evaluated: at `k · intervalMs + phaseMs`. */
export interface RecordingGroup {
  readonly file: string
  readonly name: string
  readonly intervalMs: number
  readonly phaseMs: number
  /** How much earlier than that they look and write. */
  readonly queryOffsetMs: number
  /** Most series of one rule; 0 is no limit. */
  readonly limit: number
  readonly rules: readonly RecordingRuleSpec[]
}

/**
 * The groups of a setup that have recording rules, in order.
 *
 * @throws {WeirError} `RULES_INVALID`, naming file, line and key
 */
export function recordingGroups(setup: AlertingSetup): RecordingGroup[] {
  const { ruleFiles = [], groups = [], features } = setup
  const all = [
    ...ruleFiles.flatMap((file) => parseRuleFile(file, features)),
    ...parseRuleGroups(groups, features),
  ]
  return all.flatMap((group) => {
    const rules = group.rules
      .filter((rule) => rule.kind === 'recording')
      .filter(({ source }) => source === 'metrics') // those over logs are not computed for the past
    if (rules.length === 0) return []
    const intervalMs = group.intervalMs ?? setup.evaluationIntervalMs ?? EVALUATION_INTERVAL_MS
    const { file, name, limit } = group
    return {
      file,
      name,
      intervalMs,
      phaseMs: phaseOf(groupKey(group), intervalMs),
      queryOffsetMs: group.queryOffsetMs ?? setup.queryOffsetMs ?? 0,
      limit,
      rules,
    }
  })
}
