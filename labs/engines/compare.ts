/** Answers of two Weirs to the same questions, but for the order of series and the last digits. */

interface Reply {
  readonly status: string
  readonly errorType?: string
  readonly data?: unknown
}

/** What is answered otherwise, in words. */
export async function differences(
  here: string,
  there: string,
  paths: readonly string[],
): Promise<string[]> {
  const found: string[] = []
  for (const path of paths) {
    const [ours, theirs] = [await answerOf(here, path), await answerOf(there, path)]
    if (ours === theirs) continue
    const at = firstOther(ours, theirs)
    const shown = (text: string): string => text.slice(Math.max(0, at - 60), at + 120)
    found.push(`${decodeURIComponent(path)}: here …${shown(ours)}…, there …${shown(theirs)}…`)
  }
  return found
}

async function answerOf(web: string, path: string): Promise<string> {
  const answer = await fetch(`${web}/api/v1/${path}`)
  const { status, errorType, data } = (await answer.json()) as Reply
  return JSON.stringify({ code: answer.status, status, errorType, data: plain(data) })
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = (value as readonly unknown[]).map(plain)
    const isSet = items.every((item) => typeof item === 'object' && !Array.isArray(item))
    return isSet ? items.toSorted((a, b) => compare(JSON.stringify(a), JSON.stringify(b))) : items
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).toSorted(([a], [b]) => compare(a, b))
    return Object.fromEntries(entries.map(([name, one]) => [name, plain(one)]))
  }
  const isNumber = typeof value === 'string' && /^-?\d+\.\d{6,}(e[+-]\d+)?$/.test(value)
  return isNumber ? Number(value).toPrecision(9) : value
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function firstOther(a: string, b: string): number {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return at
}
