import { fileURLToPath } from 'node:url'

/** Where in the program a record was written. */
export interface CallSite {
  readonly file: string
  readonly line: number
  readonly function: string
}

/**
 * Where the program is, `frames` calls above the caller of this function. Costs a stack capture, some
 * microseconds, so it is asked for by `setupLogging({source: true})`. The text of the stack is read, not
 * its call sites: with `--enable-source-maps` it names the TypeScript source.
 */
export function placeOfCaller(frames: number): CallSite | undefined {
  const holder: { stack?: string } = {}
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = frames + 1
  Error.captureStackTrace(holder, placeOfCaller)
  Error.stackTraceLimit = limit
  return placeOf(String(holder.stack).split('\n')[frames + 1] ?? '')
}

/** Reads `    at run (file:///app/sink.js:10:5)`, with or without the name and the parentheses. */
function placeOf(frame: string): CallSite | undefined {
  const text = frame.trim()
  if (!text.startsWith('at ')) return undefined
  const open = text.endsWith(')') ? text.lastIndexOf(' (') : -1
  const name = open > 0 ? text.slice(3, open).replace(/^async /, '') : '<anonymous>'
  const place = open > 0 ? text.slice(open + 2, -1) : text.slice(3).replace(/^async /, '')
  const found = /^(.*?):(\d+)(?::\d+)?$/.exec(place)
  if (found === null) return undefined
  return { file: pathOf(found[1]!), line: Number(found[2]), function: name }
}

function pathOf(file: string): string {
  try {
    return file.startsWith('file:') ? fileURLToPath(file) : file
  } catch {
    return file
  }
}
