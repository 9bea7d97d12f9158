import type { BoardAnswer, BoardQuestion } from './ask-board.ts'

/** What a panel has been told. */
export interface Fed<A> {
  /** What the panel said that its questions are about: of those that `answers` belong to. */
  readonly about: A | undefined
  /** Answers by the names that the panel gave its questions; those of before until all new ones are there. */
  readonly answers: ReadonlyMap<string, BoardAnswer>
  /** Counts up with each set of answers; 0: nothing was told yet. */
  readonly version: number
  readonly isAsking: boolean
  /** Why the whole request failed: Weir is away, or refused it. */
  readonly failure: Error | undefined
  /** From the question to the last answer. */
  readonly tookMs: number
}

const NOTHING: Fed<never> = {
  about: undefined,
  answers: new Map(),
  version: 0,
  isAsking: false,
  failure: undefined,
  tookMs: 0,
}

/** How a request is made; the page's is {@link askBoard}. */
export type AskAll = (
  queries: readonly (BoardQuestion & { readonly id: string })[],
  told: (answer: BoardAnswer) => void,
  signal: AbortSignal,
) => Promise<void>

interface Want<A> {
  readonly about: A
  readonly questions: ReadonlyMap<string, BoardQuestion>
  readonly got: Map<string, BoardAnswer>
  readonly sinceMs: number
  request: Request | undefined
}

interface Request {
  readonly leaving: AbortController
  /** Panels that still wait for it. */
  readonly panels: Set<string>
}

/**
 * The questions of a board's panels, gathered: what panels want within one turn of the page's loop goes out
 * as one request, and the same question of two panels once. Each panel listens to its own answers only.
 */
export class BoardFeed<A> {
  readonly #ask: AskAll
  readonly #fed = new Map<string, Fed<A>>()
  readonly #wants = new Map<string, Want<A>>()
  readonly #last = new Map<string, A>()
  readonly #listeners = new Map<string, Set<() => void>>()
  readonly #gathered = new Set<string>()
  #gathering: ReturnType<typeof setTimeout> | undefined
  /** Requests so far, for those who measure. */
  requestCount = 0

  constructor(ask: AskAll) {
    this.#ask = ask
  }

  /**
   * What a panel wants to know from now on; what it wanted before is forgotten. Nothing is asked where it is about
   * the same as the last time.
   */
  want(panel: string, about: A, questions: ReadonlyMap<string, BoardQuestion>): void {
    if (this.#last.get(panel) === about) return
    this.#forget(panel)
    this.#last.set(panel, about)
    if (questions.size === 0) {
      this.#tell(panel, { ...NOTHING, version: this.of(panel).version + 1, about })
      return
    }
    this.#wants.set(panel, {
      about,
      questions,
      got: new Map(),
      sinceMs: performance.now(),
      request: undefined,
    })
    this.#tell(panel, { ...this.of(panel), isAsking: true })
    this.#gathered.add(panel)
    this.#gathering ??= setTimeout(() => this.#send(), 0)
  }

  /** A panel is gone, or out of sight: what it waits for need not come. */
  leave(panel: string): void {
    if (this.#wants.has(panel)) this.#last.delete(panel)
    this.#forget(panel)
    const fed = this.of(panel)
    if (fed.isAsking) this.#tell(panel, { ...fed, isAsking: false })
  }

  of(panel: string): Fed<A> {
    return this.#fed.get(panel) ?? NOTHING
  }

  listen(panel: string, listener: () => void): () => void {
    const all = this.#listeners.get(panel) ?? new Set()
    this.#listeners.set(panel, all.add(listener))
    return () => {
      all.delete(listener)
      if (all.size > 0) return
      this.#listeners.delete(panel)
    }
  }

  /** Ends all requests. */
  close(): void {
    clearTimeout(this.#gathering)
    this.#gathering = undefined
    for (const panel of this.#wants.keys()) this.leave(panel)
    this.#gathered.clear()
  }

  #forget(panel: string): void {
    const want = this.#wants.get(panel)
    this.#wants.delete(panel)
    this.#gathered.delete(panel)
    const request = want?.request
    if (request === undefined) return
    request.panels.delete(panel)
    // Answers that nobody waits for are not worth a query thread.
    if (request.panels.size === 0) request.leaving.abort()
  }

  #send(): void {
    this.#gathering = undefined
    const panels = [...this.#gathered]
    this.#gathered.clear()
    if (panels.length === 0) return
    const request: Request = { leaving: new AbortController(), panels: new Set(panels) }
    const asked = new Map<string, { query: BoardQuestion & { id: string }; for: Place<A>[] }>()
    for (const panel of panels) {
      const want = this.#wants.get(panel)!
      want.request = request
      for (const [name, question] of want.questions) {
        const key = JSON.stringify(question)
        const one = asked.get(key) ?? { query: { id: String(asked.size), ...question }, for: [] }
        one.for.push({ want, panel, name })
        asked.set(key, one)
      }
    }
    const places = new Map([...asked.values()].map((one) => [one.query.id, one.for]))
    const told = (answer: BoardAnswer): void => {
      for (const place of places.get(answer.id) ?? []) this.#take(place, answer)
    }
    this.requestCount++
    const queries = [...asked.values()].map(({ query }) => query)
    this.#ask(queries, told, request.leaving.signal).then(
      () => this.#end(request, new Error('Weir did not answer this query')),
      (error: unknown) => this.#end(request, error instanceof Error ? error : new Error('unknown')),
    )
  }

  #take({ want, panel, name }: Place<A>, answer: BoardAnswer): void {
    if (this.#wants.get(panel) !== want) return
    want.got.set(name, answer)
    if (want.got.size < want.questions.size) return
    this.#done(panel, want, undefined)
  }

  /** The request is over: who still waits gets what there is. */
  #end(request: Request, failure: Error): void {
    for (const panel of request.panels) {
      const want = this.#wants.get(panel)
      if (want?.request === request) this.#done(panel, want, failure)
    }
  }

  #done(panel: string, want: Want<A>, failure: Error | undefined): void {
    want.request?.panels.delete(panel)
    this.#wants.delete(panel)
    const before = this.of(panel)
    this.#tell(panel, {
      // A refresh that did not come leaves what was there before.
      ...(want.got.size === 0 && failure !== undefined && before.version > 0
        ? { answers: before.answers, about: before.about }
        : { answers: want.got, about: want.about }),
      version: before.version + 1,
      isAsking: false,
      failure,
      tookMs: performance.now() - want.sinceMs,
    })
  }

  #tell(panel: string, fed: Fed<A>): void {
    this.#fed.set(panel, fed)
    for (const listener of this.#listeners.get(panel) ?? []) listener()
  }
}

interface Place<A> {
  readonly want: Want<A>
  readonly panel: string
  readonly name: string
}
