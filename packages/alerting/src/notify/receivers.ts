import { dirname, resolve } from 'node:path'
import { httpClientBeside } from '@weir/fetch'
import { z } from 'zod'
import { type ConfigProblem, type ConfigSource, showPath } from '../config-source.ts'
import { listOf, textMap, textValue } from '../config-values.ts'
import { checkNotificationTemplate } from '../template/alertmanager.ts'
import type { ConfigCheck, NotifierContext, NotifierKind, WithHttp } from './kind.ts'
import { NOTIFIER_KINDS } from './kinds.ts'
import type { Integration, Receiver } from './outcome.ts'

const KIND_KEYS: Record<string, z.ZodType> = {}
for (const { name, schema } of NOTIFIER_KINDS) KIND_KEYS[`${name}_configs`] = listOf(schema)

/** An element of `receivers`. */
export const receiverSchema = z.strictObject({
  name: textValue.default(''),
  labels: textMap,
  ...KIND_KEYS,
})

export type ReceiverShape = z.output<typeof receiverSchema>

type Problem = (path: readonly PropertyKey[], what: string) => void

/** The receivers of an alertmanager.yml by name; what is wrong with them is told to `problem`. */
export function buildReceivers(
  shapes: readonly ReceiverShape[],
  source: ConfigSource,
  context: NotifierContext,
  problem: Problem,
): Map<string, Receiver> {
  const receivers = new Map<string, Receiver>()
  shapes.forEach((shape, i) => {
    const path = ['receivers', i]
    if (shape.name === '') problem(path, 'a receiver must have a name')
    if (receivers.has(shape.name)) {
      problem(path, `receiver ${JSON.stringify(shape.name)} is there twice`)
    }
    const integrations = NOTIFIER_KINDS.flatMap((kind) =>
      integrationsOf(kind, shape, { path, source, context, problem }),
    )
    receivers.set(shape.name, { name: shape.name, labels: shape.labels, integrations })
  })
  return receivers
}

/** What is good to know of receivers that are right: `line 3: receivers[0].opsgenie_configs[0]: …`. */
export function receiverHints(
  shapes: readonly ReceiverShape[],
  source: ConfigSource,
): ConfigProblem[] {
  return shapes.flatMap((shape, i) =>
    NOTIFIER_KINDS.flatMap((kind) =>
      configsOf(kind, shape).flatMap((config, at): ConfigProblem[] => {
        const what = kind.hint(config)
        const path = ['receivers', i, `${kind.name}_configs`, at]
        return what === undefined ? [] : [{ line: source.lineOf(path), path: showPath(path), what }]
      }),
    ),
  )
}

function configsOf(kind: NotifierKind, shape: ReceiverShape): readonly WithHttp[] {
  const all = shape as Readonly<Record<string, unknown>>
  return all[`${kind.name}_configs`] as readonly WithHttp[]
}

interface Building {
  readonly path: readonly PropertyKey[]
  readonly source: ConfigSource
  readonly context: NotifierContext
  readonly problem: Problem
}

function integrationsOf(
  kind: NotifierKind,
  shape: ReceiverShape,
  { path, source, context, problem }: Building,
): Integration[] {
  const key = `${kind.name}_configs`
  return configsOf(kind, shape).map((config, i) => {
    const check = checkAt([...path, key, i], source, problem)
    const http = config.http_config ?? context.global.http_config
    const http_config = http && httpClientBeside(http, (path) => check.beside(path))
    const integration = kind.build({ ...config, http_config }, i, context, check)
    if (context.strictCompat !== true) checkTemplates(config, check)
    return integration
  })
}

/** Every text of a config that could never be filled in. Alertmanager finds out when it sends. */
function checkTemplates(config: WithHttp, check: ConfigCheck): void {
  const walk = (value: unknown, path: readonly PropertyKey[]): void => {
    if (typeof value === 'string') check.template(value, path)
    else if (Array.isArray(value)) value.forEach((item, i) => walk(item, [...path, i]))
    else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) walk(item, [...path, key])
    }
  }
  const { http_config: _, ...texts } = config
  walk(texts, [])
}

function checkAt(at: readonly PropertyKey[], source: ConfigSource, problem: Problem): ConfigCheck {
  const badTemplates = new Set<string>()
  const check: ConfigCheck = {
    problem: (path, what) => problem([...at, ...path], what),
    beside: (path) => (path === '' ? '' : resolve(dirname(source.fileName), path)),
    template: (text, path) => {
      try {
        checkNotificationTemplate(text)
      } catch (cause) {
        const place = showPath(path)
        if (!badTemplates.has(place)) check.problem(path, (cause as Error).message)
        badTemplates.add(place)
      }
    },
    address: (url, path) => {
      if (url.includes('{{')) check.template(url, path)
      else if (url !== '' && !(URL.canParse(url) && /^https?:\/\/[^/]/i.test(url))) {
        check.problem(path, 'want an http or https address')
      }
    },
  }
  return check
}
