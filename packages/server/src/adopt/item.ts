/** How a thing of an existing set-up does under Weir. */
export type AdoptVerdict = 'same' | 'differs' | 'unsupported'

/** One thing that was found in an existing set-up. */
export interface AdoptItem {
  /** The file it stands in, as it was given. */
  readonly file: string
  /** Where in the file; 0 for the whole. */
  readonly line: number
  readonly verdict: AdoptVerdict
  /** Such as `scrape job "node"`. */
  readonly what: string
  /** Why it differs or cannot be; '' for what is the same. */
  readonly why: string
  /** The page that tells more. */
  readonly page: string
}

export function same(file: string, what: string, page: string, line = 0): AdoptItem {
  return { file, line, verdict: 'same', what, why: '', page }
}

export function differs(
  file: string,
  { what, why, page, line = 0 }: Pick<AdoptItem, 'what' | 'why' | 'page'> & { line?: number },
): AdoptItem {
  return { file, line, verdict: 'differs', what, why, page }
}

export function unsupported(
  file: string,
  { what, why, page, line = 0 }: Pick<AdoptItem, 'what' | 'why' | 'page'> & { line?: number },
): AdoptItem {
  return { file, line, verdict: 'unsupported', what, why, page }
}

/** Complaints of a check, `12: what` or `line 12: what`, as items. */
export function complaints(
  file: string,
  problems: readonly string[],
  { what, page }: Pick<AdoptItem, 'what' | 'page'>,
): AdoptItem[] {
  return problems.map((problem) => {
    const [, line = '0', why = problem] =
      /^(?:.*?:)??(?:line )?(\d+): ([\s\S]*)$/.exec(problem) ?? []
    return unsupported(file, { what, why, page, line: Number(line) })
  })
}
