import {
  type AlertingSetup,
  type AlertmanagerSource,
  type RulePick,
  backtestRules,
} from '@weir/alerting'
import { Labels } from '@weir/model'
import type { BacktestOrder } from '../backtest/backtests.ts'
import { pagerOf } from '../backtest/pages.ts'
import type { HttpDeps } from './deps.ts'
import { flagOf, invalid, optionalDuration, optionalTime, requiredTime } from './parameters.ts'
import { type Call, type Route, json, query, segment } from './route.ts'

/** `/api/weir/v1/backtests`: alerting rules tried on stored history. */
export function backtestRoutes(deps: HttpDeps): Route[] {
  return [
    {
      methods: ['GET', 'POST'],
      path: '/api/weir/v1/backtests',
      access: 'read',
      summary: 'By GET the tests of rules on history, newest first; POST begins one',
      parameters: [
        query('rules', 'A rule file; without one, rules that are loaded'),
        query('file', 'The file of the group'),
        query('group', 'The group'),
        query('rule', 'The name of the alerting rule; all when left out'),
        query('start', 'First moment, Unix seconds or RFC 3339'),
        query('end', 'Last moment; now when left out'),
        query('step', 'Other than the interval of the group: `5m`, or seconds'),
        query(
          'thresholds',
          'Numbers to try in place of the one compared with, with commas between',
        ),
        query('fors', 'Durations to try in place of `for`, with commas between'),
        query('timezone', 'IANA name, for counting nights; UTC when left out'),
        query('alertmanager', 'An alertmanager.yml; without one, the one that is loaded'),
        query('without_routing', '`true` leaves notifications out'),
      ],
      handle: ({ origin, params }) => {
        if (origin.kind !== 'http' || origin.method !== 'POST') return json(deps.backtests.views())
        return json(deps.backtests.begin(orderOf(params, deps)))
      },
    },
    {
      methods: ['GET'],
      path: '/api/weir/v1/backtests/:id',
      access: 'read',
      summary: 'One test on history, with its results as far as they are there',
      parameters: [segment('id', 'Its id')],
      handle: ({ path }) => json(deps.backtests.result(path['id'] ?? '')),
    },
    {
      methods: ['POST'],
      path: '/api/weir/v1/backtests/:id/cancel',
      access: 'read',
      summary: 'End a test on history',
      parameters: [segment('id', 'Its id')],
      handle: ({ path }) => json(deps.backtests.cancel(path['id'] ?? '')),
    },
  ]
}

type Params = Call['params']

/** An empty field of a form is one that was left out. */
const textOf = (params: Params, name: string): string | undefined => params.get(name) || undefined

function orderOf(params: Params, deps: HttpDeps): BacktestOrder {
  const nowMs = deps.clock.now()
  const startMs = requiredTime(params, 'start')
  const endMs = Math.min(nowMs, optionalTime(params, 'end', nowMs))
  const stepMs = optionalDuration(params, 'step')
  if (endMs < startMs) throw invalid('end', 'end timestamp must not be before start time')
  if (stepMs !== undefined && stepMs < 1000) throw invalid('step', 'want at least 1s')
  const setup = deps.alertingSetup()
  const pick: RulePick = {
    file: textOf(params, 'file'),
    group: textOf(params, 'group'),
    name: textOf(params, 'rule'),
  }
  return {
    ...backtestRules(setupOf(textOf(params, 'rules'), setup), pick),
    wish: {
      thresholds: listOf(params, 'thresholds').map(numberOf),
      forsMs: listOf(params, 'fors').map(durationOf),
    },
    startMs,
    endMs,
    stepMs,
    timeZone: timeZoneOf(textOf(params, 'timezone') ?? 'UTC'),
    setup,
    pager: flagOf(params, 'without_routing')
      ? undefined
      : pagerOf(
          configOf(textOf(params, 'alertmanager'), setup),
          setup.externalLabels ?? Labels.EMPTY,
        ),
  }
}

function setupOf(rules: string | undefined, setup: AlertingSetup): AlertingSetup {
  if (rules === undefined) return setup
  return { ...setup, groups: [], ruleFiles: [{ fileName: 'rules', text: rules }] }
}

function configOf(
  text: string | undefined,
  { config }: AlertingSetup,
): AlertmanagerSource | undefined {
  return text === undefined ? config : { fileName: 'alertmanager.yml', text }
}

function listOf(params: Params, name: string): string[] {
  return params
    .getAll(name)
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '')
}

function numberOf(text: string): number {
  const number = Number(text)
  if (Number.isNaN(number)) throw invalid('thresholds', `want numbers, got ${JSON.stringify(text)}`)
  return number
}

function durationOf(text: string): number {
  const ms = optionalDuration(new URLSearchParams({ fors: text }), 'fors') ?? 0
  if (ms < 0) throw invalid('fors', `want no less than 0, got ${JSON.stringify(text)}`)
  return ms
}

function timeZoneOf(name: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    throw invalid(
      'timezone',
      `want an IANA name such as Europe/Berlin, got ${JSON.stringify(name)}`,
    )
  }
}
