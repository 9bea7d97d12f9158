import type { RuleSource } from '../rules/source.ts'

/** A rule kept by the page or the API, as it is given. */
export interface RuleDraft {
  /** Group it is evaluated in, among the rules kept here. */
  readonly group: string
  /** How often; all rules of a group say the same. As the rest of Weir when left out. */
  readonly interval?: string
  readonly rule: RuleSource
  /** Id of a rule of a file or a pack that this one stands in for: that one is off meanwhile. */
  readonly replaces?: string
}

/** Who changes something, and why; both as people wrote them. */
export interface RuleAuthor {
  readonly author: string
  readonly reason: string
}

interface Signed extends RuleAuthor {
  readonly atMs: number
}

/** One of `GET /api/weir/v1/rules`: a rule with what people did to it. */
export interface RuleRow {
  /** Begins with a digit for rules of files and packs. */
  readonly id: string
  /** `gone`: it was switched off, and no file has it any more. */
  readonly origin: 'file' | 'pack' | 'page' | 'gone'
  readonly file: string
  readonly group: string
  readonly interval: string
  readonly rule: RuleSource
  /** Who switched it off; null while it is evaluated. */
  readonly off: Signed | null
  /** The rule that stands in for it. */
  readonly replacedBy: string | null
  readonly replaces: string | null
  /** Of rules kept here: who made it, and who changed it last. */
  readonly created: Signed | null
  readonly changed: Signed | null
  /** Why a kept rule cannot be evaluated, after an update for example; '' when it can. */
  readonly problem: string
}

export type RuleAction = 'created' | 'changed' | 'deleted' | 'off' | 'on'

/** One of `GET /api/weir/v1/rules/changes`, newest first. */
export interface RuleChange extends Signed {
  readonly action: RuleAction
  readonly id: string
  readonly name: string
  readonly group: string
  /** What it said before, and since; null where there was nothing, or nothing changed. */
  readonly before: RuleDraft | null
  readonly after: RuleDraft | null
}

/** What a rule would do now. */
export interface RulePreview {
  /** What is wrong with it, by key of the rule; everything else is empty then. */
  readonly problems: readonly { readonly path: string; readonly what: string }[]
  readonly type: 'alerting' | 'recording'
  /** The expression as it is asked. */
  readonly expr: string
  /** Elements of the answer, for an alert after its levels; at most 100 are listed. */
  readonly count: number
  readonly elements: readonly {
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
    readonly value: string
  }[]
  /** How many have data, whether they would fire or not; null when that cannot be told. */
  readonly watchedCount: number | null
}

/** Rules that people keep by page and API, beside those of files. */
export interface ManagedRules {
  rows(): RuleRow[]
  /** Newest first. */
  changes(): RuleChange[]
  /**
   * Makes a rule, or changes it. It is in force when this resolves.
   *
   * @throws {WeirError} `RULES_INVALID`, `RULES_LIMIT`
   */
  put(id: string, draft: RuleDraft, author: RuleAuthor): Promise<RuleRow>
  /** @throws {WeirError} `RULE_UNKNOWN`; rules of files can only be switched off */
  remove(id: string, author: RuleAuthor): Promise<void>
  /** @throws {WeirError} `RULE_UNKNOWN` */
  switchOff(id: string, author: RuleAuthor): Promise<RuleRow>
  /**
   * Null for one that no file has any more: it is forgotten.
   *
   * @throws {WeirError} `RULE_UNKNOWN`
   */
  switchOn(id: string, author: RuleAuthor): Promise<RuleRow | null>
  /** Evaluates a rule once, now, and writes nothing. */
  preview(draft: RuleDraft, signal: AbortSignal): Promise<RulePreview>
  /** All kept rules that are on, as a rule file. `prometheus` leaves out what only Weir knows, and says so. */
  exported(format: 'weir' | 'prometheus'): string
}
