import type { LogLine } from './line.ts'

/** What most lines have, and what the row shows elsewhere; all of it is there when the line is opened. */
const USUAL =
  /^(time|timestamp|ts|_?t|level|lvl|severity|severity_text|severity_number|logger|message|msg|_?message|log|short_message|body|event|text|pid|hostname|host|name|v|version|service|service_.*|thread_.*|process_.*|source_.*|resource_.*|trace_id|span_id|trace_flags)$/i

const COUNT_MAX = 6
const LENGTH_MAX = 60

/** The fields that say most about a line beside its message, for the rest of its row. */
export function extrasOf(line: LogLine, shown: readonly string[]): [name: string, value: string][] {
  const extras: [string, string][] = []
  for (const { name, path, value } of line.fields) {
    if (extras.length === COUNT_MAX) break
    if (USUAL.test(name) || shown.includes(name) || value === line.message) continue
    if (line.labels[name] === value || value === '' || value.length > LENGTH_MAX) continue
    extras.push([path.at(-1)!, value])
  }
  return extras
}
