import { WeirError } from '@weir/model'
import { LineCounter, type Node, isPair, isScalar, parseDocument, visit } from 'yaml'
import { isSecret } from './redact.ts'
import type { YamlSource } from './yaml-file.ts'

/** The whole of a value, as the OpenTelemetry Collector writes it. */
const WHOLE = /^\$\{env:([A-Za-z_][A-Za-z0-9_]{0,255})\}$/
const BEGIN = '${env:'
const COMPLAINTS_MAX = 10

/**
 * A YAML text with the values of environment variables where a secret is written as `${env:NAME}`. Lines stay as
 * they are. The text is not to be shown any more: what is shown is made of the one that was given.
 *
 * Only secrets are taken from there, and only whole ones: then no value ever becomes a key, a list or half an
 * address, and what is secret is known by its key.
 *
 * @throws {WeirError} the source's code; names file, line and key
 */
export function withSecretsOfEnvironment(
  { file, text, code }: YamlSource,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  if (!text.includes(BEGIN)) return text
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  if (document.errors.length > 0) return text // whoever reads it says so
  const complaints: string[] = []
  const found: { readonly from: number; readonly to: number; readonly value: string }[] = []
  visit(document, {
    Scalar(key, node, ancestors) {
      const { value } = node
      if (key === 'key' || typeof value !== 'string' || !value.includes(BEGIN)) return
      const path = pathOf(ancestors)
      const outcome = valueOf(value, path, environment)
      if (outcome === undefined) return
      const [from, to] = node.range!
      if ('value' in outcome) {
        found.push({ from, to, value: outcome.value })
        return
      }
      const { line } = lines.linePos(from)
      complaints.push(`${file}:${line}: ${path.join('.')}: ${outcome.why}`)
    },
  })
  if (complaints.length > 0) {
    throw new WeirError(code, `Cannot use ${complaints.slice(0, COMPLAINTS_MAX).join('\n')}`)
  }
  return found.toReversed().reduce(withValue, text)
}

/** What stands for a text; undefined where it means itself. */
function valueOf(
  text: string,
  path: readonly string[],
  environment: NodeJS.ProcessEnv,
): { readonly value: string } | { readonly why: string } | undefined {
  const isHidden = path.some((_, i) => takesEnvironment(path.slice(0, i + 1)))
  const name = WHOLE.exec(text)?.[1]
  if (name === undefined) {
    // Elsewhere it is a text like any other: a template may speak of it.
    return isHidden ? { why: 'want ${env:NAME} as the whole value' } : undefined
  }
  if (!isHidden) {
    return { why: `only secrets are taken from the environment; write the value of ${name}` }
  }
  const value = environment[name] ?? ''
  if (value !== '') return { value }
  const state = environment[name] === undefined ? 'is not set' : 'is empty'
  const key = path.at(-1) ?? ''
  return {
    why: `the environment variable ${name} ${state}; set it where Weir is started, or name a file by ${key}_file where there is such a key`,
  }
}

/** Secrets, and the hashes of passwords of a web configuration file. */
function takesEnvironment(path: readonly string[]): boolean {
  return isSecret(path) || path.at(-2) === 'basic_auth_users'
}

/** Names of the keys on the way; lists have none. */
function pathOf(ancestors: readonly unknown[]): string[] {
  return ancestors.flatMap((one) =>
    isPair<Node>(one) && isScalar(one.key) ? [String(one.key.value)] : [],
  )
}

function withValue(
  text: string,
  { from, to, value }: { readonly from: number; readonly to: number; readonly value: string },
): string {
  // What JSON writes is a text in quotes to YAML, on one line.
  return text.slice(0, from) + JSON.stringify(value) + text.slice(to)
}
