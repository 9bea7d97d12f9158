import { createHash } from 'node:crypto'
import type { Rule, RuleGroup } from '../rules/config.ts'
import { groupKey, withIds } from '../rules/group.ts'

/** Begins with a letter, so that it is never taken for a rule of a file. */
export const KEPT_ID = /^[a-z][a-z0-9-]{0,63}$/

/** A rule of a file by where it stands and what it is called: it stays the same when only its expression changes. */
function fileRuleId(group: Pick<RuleGroup, 'file' | 'name'>, idInGroup: string): string {
  const hash = createHash('sha256')
    .update(`${groupKey(group)};${idInGroup}`)
    .digest('hex')
  return `0${hash.slice(0, 11)}`
}

export function withFileIds(group: RuleGroup): { readonly id: string; readonly rule: Rule }[] {
  return withIds(group.rules).map(({ id, rule }) => ({ id: fileRuleId(group, id), rule }))
}
