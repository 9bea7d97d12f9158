/** A step of a Containerfile with its arguments as they stand there. */
export interface Step {
  readonly line: number
  readonly keyword: string
  /** `--from=build`, by its name. */
  readonly flags: Readonly<Record<string, string>>
  /** Behind the flags, continued lines joined. */
  readonly rest: string
  /** The words of the JSON array, where it is one: what runs without a shell. */
  readonly words: readonly string[] | undefined
}

/**
 * Reads a Containerfile as far as ours need it: steps that may go on over lines, comments, flags. A
 * heredoc or a parser directive is not understood, and refused.
 */
export function parse(text: string): Step[] {
  if (/<<-?["']?[A-Z]|^# *(escape|syntax)=/m.test(text)) {
    throw new Error('Cannot read this Containerfile: it has a heredoc or a directive')
  }
  const steps: Step[] = []
  let begun = ''
  let begunAt = 0
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || /^\s*#/.test(line)) continue
    if (begun === '') begunAt = index + 1
    begun += line.endsWith('\\') ? `${line.slice(0, -1).trim()} ` : line.trim()
    if (line.endsWith('\\')) continue
    steps.push(stepOf(begun, begunAt))
    begun = ''
  }
  return steps
}

function stepOf(text: string, line: number): Step {
  const [, keyword = '', flagText = '', rest = ''] = /^(\S+)((?:\s+--\S+)*)\s+(.*)$/s.exec(text)!
  const flags = [...flagText.matchAll(/--([\w-]+)(?:=(\S+))?/g)]
  return {
    line,
    keyword: keyword.toUpperCase(),
    flags: Object.fromEntries(flags.map(([, name, value]) => [name!, value ?? ''])),
    rest,
    words: rest.startsWith('[') ? (JSON.parse(rest) as string[]) : undefined,
  }
}

/** One `FROM` and the steps up to the next. */
export interface Stage {
  readonly image: string
  readonly name: string
  readonly steps: readonly Step[]
}

/** The stages, with what `ARG` before the first of them says put in. */
export function stagesOf(steps: readonly Step[]): Stage[] {
  const first = steps.findIndex(({ keyword }) => keyword === 'FROM')
  const global = new Map(
    steps.slice(0, first).map(({ rest }) => rest.split('=') as [string, string]),
  )
  const stages: { image: string; name: string; steps: Step[] }[] = []
  for (const step of steps.slice(first)) {
    if (step.keyword !== 'FROM') {
      stages.at(-1)!.steps.push(step)
      continue
    }
    const [image = '', , name = ''] = step.rest.split(/\s+/)
    const filled = image.replaceAll(/\$\{(\w+)\}/g, (_, key: string) => global.get(key) ?? '')
    stages.push({ image: filled, name, steps: [] })
  }
  return stages
}
