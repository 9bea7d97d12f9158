/**
 * Long work in the background: jobs that a person asked for, one at a time, in the order in which they
 * came. In memory: a restart forgets them, and what they had not done yet.
 */
import { randomUUID } from 'node:crypto'
import { type Clock, WeirError } from '@weir/model'

/** Jobs that may wait; more are refused. */
const WAITING_MAX = 20
/** Jobs that are over and can still be looked at. */
const ENDED_MAX = 20

type EndState = 'done' | 'canceled' | 'failed'

/** What every job has; what it is about is added by its kind. */
export class Job {
  readonly id = randomUUID()
  readonly stop = new AbortController()
  readonly createdMs: number
  state: 'waiting' | 'running' | EndState = 'waiting'
  /** Why it failed; empty otherwise. */
  error = ''
  endedMs: number | null = null

  constructor(nowMs: number) {
    this.createdMs = nowMs
  }
}

export interface JobKind<J extends Job> {
  /** As errors call it: `backfill`. */
  readonly name: string
  readonly work: (job: J) => Promise<void>
  /** Its state is final, and its error is there. */
  readonly ended: (job: J, state: EndState) => void
}

export class JobQueue<J extends Job> implements AsyncDisposable {
  readonly #kind: JobKind<J>
  readonly #clock: Clock
  readonly #jobs: J[] = []
  #working: Promise<void> | undefined

  constructor(kind: JobKind<J>, clock: Clock) {
    this.#kind = kind
    this.#clock = clock
  }

  newestFirst(): J[] {
    return this.#jobs.toReversed()
  }

  /** @throws {WeirError} `HTTP_NOT_FOUND` */
  find(id: string): J {
    const job = this.#jobs.find((known) => known.id === id)
    if (job !== undefined) return job
    throw new WeirError('HTTP_NOT_FOUND', `Cannot find ${this.#kind.name} ${JSON.stringify(id)}`)
  }

  /** Why one more job cannot be taken now; undefined when it can. */
  fullness(): string | undefined {
    const waiting = this.#jobs.filter(({ state }) => state === 'waiting').length
    if (waiting < WAITING_MAX) return undefined
    return `Cannot take one more ${this.#kind.name}: ${waiting} are waiting already; try again later`
  }

  add(job: J): void {
    this.#jobs.push(job)
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined
    })
  }

  /** Stops a job as soon as it looks at its signal; what it has done stays. */
  cancel(id: string): J {
    const job = this.find(id)
    job.stop.abort(new WeirError('QUERY_CANCELED', `the ${this.#kind.name} was canceled`))
    if (job.state === 'waiting') this.#end(job, 'canceled')
    return job
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new WeirError('SHUTTING_DOWN', 'Weir is stopping')
    for (const job of this.#jobs) job.stop.abort(gone)
    await this.#working
  }

  async #work(): Promise<void> {
    for (;;) {
      const job = this.#jobs.find(({ state }) => state === 'waiting')
      if (job === undefined) return
      job.state = 'running'
      try {
        await this.#kind.work(job)
        this.#end(job, 'done')
      } catch (error) {
        job.error = job.stop.signal.aborted ? '' : (error as Error).message
        this.#end(job, job.stop.signal.aborted ? 'canceled' : 'failed')
      }
    }
  }

  #end(job: J, state: EndState): void {
    job.state = state
    job.endedMs = this.#clock.now()
    this.#kind.ended(job, state)
    const ended = this.#jobs.filter(({ endedMs }) => endedMs !== null)
    for (const old of ended.slice(0, -ENDED_MAX)) this.#jobs.splice(this.#jobs.indexOf(old), 1)
  }
}
