import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { Queryable } from '@weir/model'
import { type Invitation, type PartAnswer, type Team, evaluatePart } from '@weir/promql'

/** How one query thread is introduced to another. */
export interface Introduction {
  readonly port: MessagePort
  /** One Int32 of the other thread: not 0 once it has ended. */
  readonly ended: SharedArrayBuffer
}

/** What goes between two query threads. */
type Letter =
  | {
      readonly kind: 'invitation'
      readonly id: number
      readonly place: number
      readonly invitation: Invitation
    }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: PartAnswer }

interface Mate {
  readonly port: MessagePort
  readonly ended: Int32Array
}

/**
 * The query threads beside this one. When it owns a query they are its helpers; when it is free it
 * helps them. An invitation waits in the port until its thread has nothing else to do, and by then is
 * mostly out of date, which costs a look.
 */
export class QueryTeam implements Team {
  readonly #source: Queryable
  readonly #mayGoOn: () => boolean
  readonly #mates: Mate[] = []
  #invited: readonly Mate[] = []
  #id = 0

  /** @param mayGoOn whether nobody waits for an answer of this thread itself */
  constructor(source: Queryable, mayGoOn: () => boolean) {
    this.#source = source
    this.#mayGoOn = mayGoOn
  }

  meet({ port, ended }: Introduction): void {
    const mate: Mate = { port, ended: new Int32Array(ended) }
    this.#mates.push(mate)
    port.on('message', (letter: Letter) => this.#read(letter, port))
    port.on('close', () => this.#mates.splice(this.#mates.indexOf(mate), 1))
    port.unref()
  }

  get helperCount(): number {
    return this.#mates.length
  }

  invite(invitation: Invitation): void {
    this.#id++
    this.#invited = [...this.#mates]
    for (const [place, { port }] of this.#invited.entries()) {
      port.postMessage({ kind: 'invitation', id: this.#id, place, invitation } satisfies Letter)
    }
  }

  answerOf(place: number): PartAnswer | undefined {
    const { port } = this.#invited[place]!
    for (;;) {
      const letter = receiveMessageOnPort(port)?.message as Letter | undefined
      if (letter === undefined) return undefined
      // Others are answers that nobody waited for, and invitations that could not be followed.
      if (letter.kind === 'answer' && letter.id === this.#id) return letter.answer
    }
  }

  isGone(place: number): boolean {
    return Atomics.load(this.#invited[place]!.ended, 0) !== 0
  }

  #read(letter: Letter, port: MessagePort): void {
    if (letter.kind === 'answer') return
    const { id, place, invitation } = letter
    evaluatePart(this.#source, invitation, {
      place,
      mayGoOn: this.#mayGoOn,
      send: (answer, transfer) => {
        port.postMessage({ kind: 'answer', id, answer } satisfies Letter, [...transfer])
      },
    })
  }
}
