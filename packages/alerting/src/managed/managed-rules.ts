import { type Clock, WeirError } from '@weir/model'
import { formatDuration } from '@weir/promql'
import { type RuleGroup, groupProblems, parseRuleGroups } from '../rules/config.ts'
import type { RuleGroupSource } from '../rules/source.ts'
import { prometheusFileText, ruleFileText } from './export.ts'
import { type KeptRule, type KeptRules, type OffMark } from './kept-rules.ts'
import { KEPT_ID, withFileIds } from './rule-ids.ts'
import { sourceOf } from './rule-source.ts'
import type {
  ManagedRules,
  RuleAction,
  RuleAuthor,
  RuleChange,
  RuleDraft,
  RulePreview,
  RuleRow,
} from './views.ts'

/** In place of a file's name, for groups of rules that people keep here. */
const KEPT_FILE = 'page'

interface ManagedContext {
  readonly kept: KeptRules
  readonly clock: Clock
  /** Groups of files and packs, none switched off. */
  loaded(): readonly RuleGroup[]
  features(): readonly string[]
  preview(draft: RuleDraft, signal: AbortSignal): Promise<RulePreview>
  /** Runs a change after all others, reloads included. */
  inTurn<Result>(change: () => Promise<Result>): Promise<Result>
  /** Puts rules in force as they are now; alerts of rules that leave end with this note. */
  apply(note: string): Promise<void>
}

/** Rules by page and API: what is kept, what is off, and who did it. */
export class LiveManagedRules implements ManagedRules {
  readonly #context: ManagedContext

  constructor(context: ManagedContext) {
    this.#context = context
  }

  /** What is evaluated: groups of files without the rules that are off, then those kept here. */
  inForce(loaded: readonly RuleGroup[]): RuleGroup[] {
    const off = new Set([
      ...this.#context.kept.offMarks().map(({ id }) => id),
      ...this.#sound().flatMap(({ draft }) => draft.replaces ?? []),
    ])
    const isTouched = (group: RuleGroup): boolean =>
      withFileIds(group).some(({ id }) => off.has(id))
    const files =
      off.size === 0
        ? loaded
        : loaded.map((group) => (isTouched(group) ? withoutRules(group, off) : group))
    return [...files, ...parseRuleGroups(this.sources(), this.#context.features())]
  }

  /** Kept rules that are on and can be evaluated, by group. */
  sources(): RuleGroupSource[] {
    const groups = new Map<string, KeptRule[]>()
    for (const rule of this.#sound()) {
      const { group } = rule.draft
      groups.set(group, [...(groups.get(group) ?? []), rule])
    }
    return [...groups].map(([name, rules]) => groupSource(name, rules))
  }

  #sound(): KeptRule[] {
    return this.#context.kept
      .all()
      .filter((rule) => rule.off === null && this.#problemOf(rule.draft) === '')
  }

  #problemOf({ group, interval, rule }: RuleDraft): string {
    const source = { name: group, ...(interval ? { interval } : {}), rules: [rule] }
    const [first] = groupProblems({ file: KEPT_FILE, ...source }, this.#context.features())
    if (first === undefined) return ''
    const path = first.path.replace(/^rules\[0\]\.?/, '')
    return path === '' ? first.what : `${path}: ${first.what}`
  }

  rows(): RuleRow[] {
    const { kept } = this.#context
    const replacing = new Map(
      kept
        .all()
        .filter(({ off, draft }) => off === null && draft.replaces !== undefined)
        .map(({ id, draft }) => [draft.replaces, id]),
    )
    const files = this.#context.loaded().flatMap((group) =>
      withFileIds(group).map(({ id, rule }): RuleRow => ({
        ...NOT_KEPT,
        id,
        origin: group.file.startsWith('pack:') ? 'pack' : 'file',
        file: group.file,
        group: group.name,
        interval: group.intervalMs === undefined ? '' : formatDuration(group.intervalMs),
        rule: sourceOf(rule),
        off: signedOf(kept.offMark(id)),
        replacedBy: replacing.get(id) ?? null,
      })),
    )
    const known = new Set(files.map(({ id }) => id))
    const gone = kept.offMarks().filter(({ id }) => !known.has(id))
    return [...kept.all().map((rule) => this.#rowOf(rule)), ...files, ...gone.map(goneRow)]
  }

  #rowOf({ id, draft, off, created, changed }: KeptRule): RuleRow {
    return {
      id,
      origin: 'page',
      file: KEPT_FILE,
      group: draft.group,
      interval: draft.interval ?? '',
      rule: draft.rule,
      off,
      replacedBy: null,
      replaces: draft.replaces ?? null,
      created,
      changed,
      problem: this.#problemOf(draft),
    }
  }

  changes(): RuleChange[] {
    return this.#context.kept.changes()
  }

  put(id: string, draft: RuleDraft, author: RuleAuthor): Promise<RuleRow> {
    return this.#context.inTurn(async () => {
      const { kept } = this.#context
      const before = kept.get(id)
      this.#check(id, draft)
      const signed = this.#sign(author)
      const rule: KeptRule = {
        id,
        draft,
        created: before?.created ?? signed,
        changed: signed,
        off: before?.off ?? null,
      }
      const action = before === undefined ? 'created' : 'changed'
      await kept.put(rule, { ...changeOf(action, rule, signed), before: before?.draft ?? null })
      await this.#context.apply(noteOf('changed', author))
      return this.#rowOf(rule)
    })
  }

  #check(id: string, draft: RuleDraft): void {
    if (!KEPT_ID.test(id)) {
      const why = `want lower-case letters, digits and dashes, beginning with a letter, got ${JSON.stringify(id)}`
      throw new WeirError('RULES_INVALID', `Cannot keep a rule under this id: ${why}`)
    }
    const problem = this.#problemOf(draft)
    if (problem !== '') throw new WeirError('RULES_INVALID', `Cannot keep rule "${id}": ${problem}`)
    const other = this.#context.kept
      .all()
      .find(
        (known) =>
          known.id !== id &&
          known.draft.group === draft.group &&
          (known.draft.interval ?? '') !== (draft.interval ?? ''),
      )
    if (other !== undefined) {
      const interval = other.draft.interval ?? 'the usual interval'
      const why = `group ${JSON.stringify(draft.group)} has ${interval}: want the same, or another group`
      throw new WeirError('RULES_INVALID', `Cannot keep rule "${id}": ${why}`)
    }
    if (draft.replaces !== undefined) this.#named(draft.replaces)
  }

  remove(id: string, author: RuleAuthor): Promise<void> {
    return this.#context.inTurn(async () => {
      const { kept } = this.#context
      const rule = kept.get(id)
      if (rule === undefined) throw unknown(id, 'only rules kept here can be deleted')
      const signed = this.#sign(author)
      const change = { ...changeOf('deleted', rule, signed), before: rule.draft, after: null }
      await kept.remove(id, change)
      await this.#context.apply(noteOf('deleted', author))
    })
  }

  switchOff(id: string, author: RuleAuthor): Promise<RuleRow> {
    return this.#context.inTurn(async () => {
      const { kept } = this.#context
      const signed = this.#sign(author)
      const rule = kept.get(id)
      if (rule !== undefined) {
        const off = { ...rule, off: signed }
        await kept.put(off, { ...changeOf('off', rule, signed), after: null })
      } else {
        const named = this.#named(id)
        const change = {
          ...signed,
          action: 'off',
          id,
          ...named,
          before: null,
          after: null,
        } as const
        await kept.setOff({ ...signed, id, ...named }, change)
      }
      await this.#context.apply(noteOf('switched off', author))
      return this.#row(id)
    })
  }

  switchOn(id: string, author: RuleAuthor): Promise<RuleRow | null> {
    return this.#context.inTurn(async () => {
      const { kept } = this.#context
      const signed = this.#sign(author)
      const rule = kept.get(id)
      const mark = kept.offMark(id)
      if (rule !== undefined) {
        await kept.put({ ...rule, off: null }, { ...changeOf('on', rule, signed), after: null })
      } else if (mark === undefined) {
        this.#named(id) // it is on already, if there is such a rule
      } else {
        const { name, group } = mark
        const change = {
          ...signed,
          action: 'on',
          id,
          name,
          group,
          before: null,
          after: null,
        } as const
        await kept.clearOff(id, change)
      }
      await this.#context.apply(noteOf('switched on', author))
      return this.rows().find((row) => row.id === id) ?? null
    })
  }

  #row(id: string): RuleRow {
    const row = this.rows().find((one) => one.id === id)
    if (row === undefined) throw unknown(id, 'no file has it any more')
    return row
  }

  /** A rule of a file by its id. */
  #named(id: string): Pick<OffMark, 'file' | 'group' | 'name'> {
    for (const group of this.#context.loaded()) {
      const found = withFileIds(group).find((one) => one.id === id)
      if (found !== undefined) return { file: group.file, group: group.name, name: found.rule.name }
    }
    throw unknown(id, 'no rule has this id')
  }

  #sign({ author, reason }: RuleAuthor): RuleAuthor & { readonly atMs: number } {
    if (author.trim() === '') {
      throw new WeirError('RULES_INVALID', 'Cannot change rules: want an author')
    }
    return { author: author.trim(), reason: reason.trim(), atMs: this.#context.clock.now() }
  }

  preview(draft: RuleDraft, signal: AbortSignal): Promise<RulePreview> {
    return this.#context.preview(draft, signal)
  }

  exported(format: 'weir' | 'prometheus'): string {
    const groups = this.sources()
    if (format === 'weir') return ruleFileText(groups)
    return prometheusFileText(groups, (rule) => {
      const [group] = parseRuleGroups([{ name: 'g', rules: [rule] }], this.#context.features())
      return group!.rules[0]!.expr
    })
  }
}

const NOT_KEPT = {
  off: null,
  replacedBy: null,
  replaces: null,
  created: null,
  changed: null,
  problem: '',
} as const

function groupSource(name: string, rules: readonly KeptRule[]): RuleGroupSource {
  const interval = rules.map(({ draft }) => draft.interval).find(Boolean)
  return {
    name,
    file: KEPT_FILE,
    ...(interval === undefined ? {} : { interval }),
    rules: rules.map(({ draft }) => draft.rule),
  }
}

function withoutRules(group: RuleGroup, off: ReadonlySet<string>): RuleGroup {
  const rules = withFileIds(group)
    .filter(({ id }) => !off.has(id))
    .map(({ rule }) => rule)
  return { ...group, rules }
}

function goneRow({ id, file, group, name, ...mark }: OffMark): RuleRow {
  const rule = { alert: name }
  return { ...NOT_KEPT, id, origin: 'gone', file, group, interval: '', rule, off: signedOf(mark) }
}

function signedOf(
  mark: Omit<OffMark, 'id' | 'file' | 'group' | 'name'> | undefined,
): RuleRow['off'] {
  if (mark === undefined) return null
  const { author, reason, atMs } = mark
  return { author, reason, atMs }
}

function changeOf(
  action: RuleAction,
  { id, draft }: KeptRule,
  signed: RuleAuthor & { readonly atMs: number },
): RuleChange {
  const name = draft.rule.alert ?? draft.rule.record ?? ''
  return { ...signed, action, id, name, group: draft.group, before: null, after: draft }
}

function noteOf(what: string, { author, reason }: RuleAuthor): string {
  const why = reason.trim()
  return `its rule was ${what} by ${author.trim()}${why === '' ? '' : `: ${why}`}`
}

function unknown(id: string, why: string): WeirError {
  return new WeirError('RULE_UNKNOWN', `Cannot find rule ${JSON.stringify(id)}: ${why}`)
}
