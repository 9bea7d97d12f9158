import { scalarText } from '@weir/fetch'
import { RE2JS } from 're2js'
import { z } from 'zod'

/** Relabelling as a configuration has it; `relabel.ts` applies it. Plain data: it crosses threads. */

const ACTIONS = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
] as const

/** One relabelling rule. */
export const relabelRule = z
  .strictObject({
    source_labels: z.array(z.string()).default([]).describe('Labels whose values are joined.'),
    separator: z.string().default(';').describe('Stands between the joined values.'),
    regex: scalarText.prefault('(.*)').describe('RE2, anchored at both ends.'),
    modulus: z.int().min(0).default(0).describe('For hashmod.'),
    target_label: z.string().default('').describe('The label that is set.'),
    replacement: scalarText.prefault('$1').describe('With $1, ${1}, ${name}.'),
    action: z
      .string()
      .transform((text) => text.toLowerCase())
      .pipe(z.enum(ACTIONS))
      .default('replace')
      .meta({ title: ACTIONS.join(', ') })
      .describe('What the rule does; replace unless told.'),
  })
  .superRefine((rule, context) => {
    const complain = (key: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [key], message })
    }
    const wantsTarget = ['replace', 'keepequal', 'dropequal', 'hashmod', 'lowercase', 'uppercase']
    if (wantsTarget.includes(rule.action) && rule.target_label === '') {
      complain('target_label', `want a label name, because action is ${rule.action}`)
    }
    if (rule.action === 'hashmod' && rule.modulus === 0) {
      complain('modulus', 'want a number above 0, because action is hashmod')
    }
    for (const key of forbidden(rule.action)) {
      if (isSet(rule, key)) complain(key, `cannot be used with action ${rule.action}`)
    }
    try {
      RE2JS.compile(`^(?s:${rule.regex})$`)
    } catch (error) {
      complain(
        'regex',
        `want an RE2 regular expression, got ${JSON.stringify(rule.regex)}: ${(error as Error).message}`,
      )
    }
  })

export type RelabelRule = z.output<typeof relabelRule>

type RuleKey = 'source_labels' | 'separator' | 'regex' | 'modulus' | 'target_label' | 'replacement'
const UNUSED: Readonly<Record<RuleKey, (rule: Record<RuleKey, unknown>) => boolean>> = {
  source_labels: (rule) => (rule.source_labels as string[]).length === 0,
  separator: (rule) => rule.separator === ';',
  regex: (rule) => rule.regex === '(.*)',
  modulus: (rule) => rule.modulus === 0,
  target_label: (rule) => rule.target_label === '',
  replacement: (rule) => rule.replacement === '$1',
}

function isSet(rule: Record<RuleKey, unknown>, key: RuleKey): boolean {
  return !UNUSED[key](rule)
}

function forbidden(action: (typeof ACTIONS)[number]): readonly RuleKey[] {
  if (action === 'labeldrop' || action === 'labelkeep') {
    return ['source_labels', 'separator', 'modulus', 'target_label', 'replacement']
  }
  if (action === 'keepequal' || action === 'dropequal') {
    return ['regex', 'separator', 'modulus', 'replacement']
  }
  return action === 'lowercase' || action === 'uppercase' ? ['replacement'] : []
}
