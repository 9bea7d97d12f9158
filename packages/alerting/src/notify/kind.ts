import type { z } from 'zod'
import type { NotificationTemplates } from '../template/alertmanager.ts'
import type { GlobalConfig } from './global.ts'
import type { HttpConfig } from './http-config.ts'
import type { Integration } from './outcome.ts'
import type { PictureSource } from './picture.ts'
import type { PostContext } from './post.ts'

/** What the process lends to all notifiers. */
export interface RoutingContext extends PostContext {
  /** Draws the series behind a notification; absent where nobody can. */
  readonly pictures?: PictureSource
  /** Messages are Alertmanager's to the letter: its default texts, and nothing added. */
  readonly strictCompat?: boolean
}

/** What is known when a receiver's config becomes an integration. */
export interface NotifierContext extends RoutingContext {
  readonly templates: NotificationTemplates
  readonly global: GlobalConfig
}

/** What a kind of receiver finds wrong with its config, and where its files are. */
export interface ConfigCheck {
  /** Says what is wrong at a key of this config; [] is the config as a whole. */
  problem(path: readonly PropertyKey[], what: string): void
  /** An address, or a template of one. The text itself is a secret: it is never quoted. */
  address(url: string, path: readonly PropertyKey[]): void
  /** A template that must parse. */
  template(text: string, path: readonly PropertyKey[]): void
  /** A file named in the config: relative names are beside the config. '' stays ''. */
  beside(path: string): string
}

/**
 * A kind of receiver: `<name>_configs` in an alertmanager.yml. The config comes with `http_config`
 * filled in from `global` and with `send_resolved`.
 */
export interface NotifierKind {
  readonly name: string
  readonly schema: z.ZodType
  /** Definitions that its default texts use, in Alertmanager's names and words. */
  readonly templates: string
  /** Those of them that Weir words better; not used under `strict_compat`. */
  readonly ownTemplates: string
  /** What is good to know of a config that is right; `weir check config` shows it. */
  hint(config: unknown): string | undefined
  build(config: unknown, index: number, context: NotifierContext, check: ConfigCheck): Integration
}

/** A kind with its own types, as the list of kinds wants it. */
export function notifierKind<S extends z.ZodType>(kind: {
  readonly name: string
  readonly schema: S
  readonly templates?: string
  readonly ownTemplates?: string
  hint?(config: z.output<S>): string | undefined
  build(
    config: z.output<S>,
    index: number,
    context: NotifierContext,
    check: ConfigCheck,
  ): Integration
}): NotifierKind {
  return {
    name: kind.name,
    schema: kind.schema,
    templates: kind.templates ?? '',
    ownTemplates: kind.ownTemplates ?? '',
    hint: (config) => kind.hint?.(config as z.output<S>),
    build: (config, index, context, check) =>
      kind.build(config as z.output<S>, index, context, check),
  }
}

/** Says so unless exactly one of a key and its `_file` twin is there. */
export function wantExactlyOne<C>(
  config: C,
  [key, file]: readonly [keyof C, keyof C],
  check: ConfigCheck,
): void {
  if ((config[key] === '') !== (config[file] === '')) return
  check.problem([], `want exactly one of ${String(key)} and ${String(file)}`)
}

/** Says so when both a key and its `_file` twin are there. */
export function wantAtMostOne<C>(
  config: C,
  [key, file]: readonly [keyof C, keyof C],
  check: ConfigCheck,
): void {
  if (config[key] === '' || config[file] === '') return
  check.problem([], `want at most one of ${String(key)} and ${String(file)}`)
}

/** `http_config` as it stands in the config of a kind that speaks HTTP. */
export interface WithHttp {
  readonly http_config?: HttpConfig | undefined
}
