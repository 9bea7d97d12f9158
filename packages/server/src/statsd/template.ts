/**
 * Templates in the `name` and `labels` of mapping rules. The two kinds of rule read references
 * differently, as in statsd_exporter:
 *
 * - glob: an unbraced reference is the longest run of letters, digits, `_` and `$`, so `$1_host` means
 *   a capture called "1_host", which does not exist; `${1}_host` works. Captures count from 1. `$$` is nothing.
 * - regex (Go's `Regexp.Expand`): the run has no `$`; `$$` is a dollar; 0 is the whole match; groups may
 *   have names.
 *
 * A reference to what does not exist is empty.
 */

/** A template made ready: text and references in turn, beginning with text. */
export interface Template {
  readonly parts: readonly string[]
}

export function parseGlobTemplate(text: string): Template {
  return parse(text, /\$\{?([a-zA-Z0-9_$]+)\}?/g)
}

export function parseRegexTemplate(text: string): Template {
  return parse(text, /\$(?:\{([a-zA-Z0-9_]+)\}|([a-zA-Z0-9_]+)|(\$))/g)
}

/** The template with its references replaced. */
export function expand(template: Template, capture: (reference: string) => string): string {
  const { parts } = template
  let out = parts[0]!
  for (let i = 1; i < parts.length; i += 2) {
    out += capture(parts[i]!)
    out += parts[i + 1]!
  }
  return out
}

function parse(text: string, reference: RegExp): Template {
  const parts: string[] = []
  let literal = ''
  let from = 0
  for (const found of text.matchAll(reference)) {
    literal += text.slice(from, found.index)
    from = found.index + found[0].length
    const name = found[1] ?? found[2]
    if (name === undefined) literal += '$'
    else {
      parts.push(literal, name)
      literal = ''
    }
  }
  parts.push(literal + text.slice(from))
  return { parts }
}
