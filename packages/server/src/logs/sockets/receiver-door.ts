import type { LogReceiver } from '../receive/log-receiver.ts'
import type { DoorOutcome, LineDoor, SocketLine } from './line-door.ts'

/** The door of the thread that keeps lines. */
export class ReceiverDoor implements LineDoor {
  readonly #receiver: () => Promise<LogReceiver>

  /** @param receiver resolves once the store is open */
  constructor(receiver: () => Promise<LogReceiver>) {
    this.#receiver = receiver
  }

  async take(fill: (add: (line: SocketLine) => void) => void): Promise<DoorOutcome> {
    const receiver = await this.#receiver()
    const { lines, rejected, example } = await receiver.takeSent((reader) => {
      fill(({ labels, line, ...sent }) => {
        reader.addSent(line, { ...sent, stream: reader.senders.find(labels) })
      })
    })
    return { kept: lines, rejected, example }
  }
}
