/** pino beside Weir: its lines as this package's record, and its levels at run time. */
import type { Writable } from 'node:stream'
import { type PinoTransportOptions, weirTransport } from './adapters/pino-transport.ts'

export { type PinoTransportOptions, weirTransport } from './adapters/pino-transport.ts'
export { type FollowPinoOptions, followLevels, type PinoLogger } from './adapters/pino-levels.ts'

/** What pino calls, in a thread of its own, when `@weir/sdk/pino` is the target of a transport. */
// oxlint-disable-next-line import/no-default-export
export default async function transport(options: PinoTransportOptions): Promise<Writable> {
  return weirTransport(options)
}
