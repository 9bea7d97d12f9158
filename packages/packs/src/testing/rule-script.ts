/**
 * A pack's rules as answer scripts, run by promtool: real PromQL, no system. Series are what arrives
 * every 15 s; a counter that came by StatsD begins when its first event arrives.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { namesAsked } from '../check/expressions.ts'
import type { Pack, PackRule } from '../pack.ts'
import { packRuleGroups } from '../rule-groups.ts'
import { findPeer } from './peers.ts'

export interface RuleScript {
  /** Between values and between evaluations: `15s` unless told. Longer for scripts of a day. */
  readonly interval?: string
  /** `series values`, in promtool's notation, a value each 15 s. */
  readonly series: readonly (readonly [series: string, values: string])[]
  /** At a time: the pipelines for which an alert fires. */
  readonly firing?: readonly (readonly [at: string, name: string, pipelines: readonly string[]])[]
  /** At a time: what an expression answers, by labels as promtool writes them: `{a="b"}`. */
  readonly values?: readonly (readonly [at: string, expr: string, want: Record<string, number>])[]
}

const promtool = findPeer('promtool')

/** Whether scripts can be run, and what a test's title says when not. */
export const hasPromtool = promtool !== undefined
export const unlessPromtool = hasPromtool ? '' : ' (not run: promtool is not installed)'

/** Runs a script and gives promtool's complaints; '' when all is as wanted. */
export function runRuleScript(pack: Pack, script: RuleScript): string {
  const folder = mkdtempSync(join(tmpdir(), 'weir-rules-'))
  try {
    writeFileSync(join(folder, 'rules.yml'), stringify({ groups: rulesFor(pack, script) }))
    const file = join(folder, 'test.yml')
    writeFileSync(file, stringify(testFile(script)))
    const done = spawnSync(promtool ?? '', ['test', 'rules', file], { encoding: 'utf8' })
    return done.status === 0 ? '' : `${done.stdout}${done.stderr}`
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/**
 * The rules that a script asks about, and those that they build on: evaluating all of a large pack takes
 * promtool seconds. A question for many names at once gets all.
 */
function rulesFor(pack: Pack, { firing = [], values = [] }: RuleScript): object[] {
  const groups = packRuleGroups(pack)
  const rules = groups.flatMap((group) => group.rules)
  const wanted = new Set(firing.map(([, alert]) => alert))
  const open = values.flatMap(([, expr]) => {
    const alerts = [...expr.matchAll(/alertname="(\w+)"/g)].map(([, alert]) => alert!)
    for (const alert of alerts) wanted.add(alert)
    return namesAsked(expr).filter((asked) => asked.kind === 'fits' || alerts.length === 0)
  })
  if (open.some((asked) => asked.kind === 'fits' || asked.name === 'ALERTS')) return groups
  for (const asked of open) if (asked.kind === 'is') wanted.add(asked.name)
  // Rules build on those above them.
  const kept = new Set<PackRule>()
  for (const rule of rules.toReversed()) {
    if (!wanted.has('alert' in rule ? rule.alert : rule.record)) continue
    kept.add(rule)
    for (const asked of namesAsked(rule.expr)) if (asked.kind === 'is') wanted.add(asked.name)
  }
  for (const rule of rules) if ('record' in rule && wanted.has(rule.record)) kept.add(rule)
  return groups.map((group) => ({ ...group, rules: group.rules.filter((rule) => kept.has(rule)) }))
}

/** promtool's own form of a script. */
function testFile({ interval = '15s', series, firing = [], values = [] }: RuleScript): object {
  const alerts = firing.map(([at, name, pipelines]) => ({
    eval_time: at,
    expr: `count by (pipeline) (ALERTS{alertname="${name}",alertstate="firing"})`,
    exp_samples: pipelines.map((pipeline) => ({
      labels: `{pipeline=${JSON.stringify(pipeline)}}`,
      value: 1,
    })),
  }))
  const answers = values.map(([at, expr, want]) => ({
    eval_time: at,
    expr,
    exp_samples: Object.entries(want).map(([labels, value]) => ({ labels, value })),
  }))
  return {
    rule_files: ['rules.yml'],
    evaluation_interval: interval,
    tests: [
      {
        interval,
        input_series: series.map(([name, text]) => ({ series: name, values: text })),
        promql_expr_test: [...alerts, ...answers],
      },
    ],
  }
}
