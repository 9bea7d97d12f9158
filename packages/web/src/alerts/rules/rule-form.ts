import type { Level, RuleDraft, RuleRow, RuleSource } from '../../api/rules.ts'

export const LEVELS = ['info', 'warning', 'critical'] as const
type LevelName = (typeof LEVELS)[number]

/** A rule as the dialog holds it: all texts. */
export interface RuleForm {
  readonly name: string
  readonly expr: string
  readonly forText: string
  readonly keepFiringFor: string
  /** A line each: `severity: page`. */
  readonly labels: string
  readonly annotations: string
  readonly group: string
  readonly interval: string
  /** '' leaves it to the group, the file, weir.yml. */
  readonly noData: string
  readonly noDataFor: string
  readonly reset: string
  readonly levels: Readonly<Record<LevelName, { readonly when: string; readonly reset: string }>>
  /** What the dialog does not show, and hands on as it came. */
  readonly rest: RuleSource
  /** `for` of levels, which it does not show either. */
  readonly levelFors: Readonly<Record<string, string>>
}

const NO_LEVEL = { when: '', reset: '' }

export const EMPTY_FORM: RuleForm = {
  name: '',
  expr: '',
  forText: '5m',
  keepFiringFor: '',
  labels: 'severity: warning',
  annotations: 'summary: ',
  group: 'rules',
  interval: '',
  noData: '',
  noDataFor: '',
  reset: '',
  levels: { info: NO_LEVEL, warning: NO_LEVEL, critical: NO_LEVEL },
  rest: {},
  levelFors: {},
}

export function formOf({
  rule,
  group,
  interval,
}: Pick<RuleRow, 'rule' | 'group' | 'interval'>): RuleForm {
  const levels = Object.entries(rule.levels ?? {}).map(
    ([name, level]) => [name, typeof level === 'string' ? { when: level } : level] as const,
  )
  const shown = Object.fromEntries(
    levels.map(([name, { when, reset = '' }]) => [name, { when, reset }]),
  )
  const { flapping, deadman } = rule
  return {
    name: rule.alert ?? '',
    expr: rule.expr ?? '',
    forText: rule.for ?? '',
    keepFiringFor: rule.keep_firing_for ?? '',
    labels: linesOf(rule.labels),
    annotations: linesOf(rule.annotations),
    group,
    interval,
    noData: rule.no_data ?? '',
    noDataFor: rule.no_data_for ?? '',
    reset: rule.reset ?? '',
    levels: { ...EMPTY_FORM.levels, ...shown },
    rest: { ...(flapping ? { flapping } : {}), ...(deadman ? { deadman } : {}) },
    levelFors: Object.fromEntries(
      levels.flatMap(([name, level]) => (level.for === undefined ? [] : [[name, level.for]])),
    ),
  }
}

/** What is sent; `undefined` never stands in it. */
export function draftOf(form: RuleForm, replaces?: string): RuleDraft {
  const interval = form.interval.trim()
  const levels = levelsOf(form)
  const { severity, ...others } = textsOf(form.labels)
  // Levels set it themselves.
  const isSet = severity === undefined || Object.keys(levels).length > 0
  return {
    group: form.group.trim(),
    ...(interval === '' ? {} : { interval }),
    ...(replaces === undefined ? {} : { replaces }),
    rule: {
      alert: form.name.trim(),
      ...unlessEmpty('expr', form.expr),
      ...unlessEmpty('for', form.forText),
      ...unlessEmpty('keep_firing_for', form.keepFiringFor),
      ...unlessNone('labels', isSet ? others : { severity, ...others }),
      ...unlessNone('annotations', textsOf(form.annotations)),
      ...unlessEmpty('no_data', form.noData),
      ...unlessEmpty('no_data_for', form.noDataFor),
      ...unlessEmpty('reset', form.reset),
      ...unlessNone('levels', levels),
      ...form.rest,
    },
  }
}

function levelsOf({ levels, levelFors }: RuleForm): Record<string, Level> {
  return Object.fromEntries(
    LEVELS.filter((name) => levels[name].when.trim() !== '').map((name) => {
      const { when, reset } = levels[name]
      return [
        name,
        {
          when: when.trim(),
          ...unlessEmpty('reset', reset),
          ...unlessEmpty('for', levelFors[name] ?? ''),
        },
      ]
    }),
  )
}

function unlessEmpty<Key extends string>(key: Key, text: string): { readonly [_ in Key]?: string } {
  const value = text.trim()
  return (value === '' ? {} : { [key]: value }) as { readonly [_ in Key]?: string }
}

function unlessNone<Key extends string, Value extends object>(
  key: Key,
  value: Value,
): { readonly [_ in Key]?: Value } {
  return (Object.keys(value).length === 0 ? {} : { [key]: value }) as {
    readonly [_ in Key]?: Value
  }
}

function linesOf(texts: Readonly<Record<string, string>> = {}): string {
  return Object.entries(texts)
    .map(([name, text]) => `${name}: ${text.replaceAll('\n', '\n  ')}`)
    .join('\n')
}

/** `name: text` a line; a line that begins with a blank goes on with the one before. */
export function textsOf(lines: string): Record<string, string> {
  const texts: Record<string, string> = {}
  let name = ''
  for (const line of lines.split('\n')) {
    const found = /^([^\s:][^:]*):\s?(.*)$/.exec(line)
    if (found !== null) {
      name = found[1]!.trim()
      texts[name] = found[2]!.trim()
    } else if (name !== '' && line.trim() !== '') {
      texts[name] = `${texts[name] ?? ''}\n${line.trim()}`
    }
  }
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''))
}

/** An id for a new rule: its name in lower-case letters, digits and dashes, with a number where it is taken. */
export function newId(name: string, taken: ReadonlySet<string>): string {
  const plain = name
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '-')
    .replace(/^[-\d]+|-+$/g, '')
    .slice(0, 56)
  const base = plain === '' ? 'rule' : plain
  for (let number = 1; ; number++) {
    const id = number === 1 ? base : `${base}-${number}`
    if (!taken.has(id)) return id
  }
}
