import type { MessagePort } from 'node:worker_threads'

import { type Appender, WeirError } from '@weir/model'

/**
 * An appender on any thread; the other end of the port is given to `Store.listen`. Closing the
 * appender closes the port.
 */
export function connectAppender(port: MessagePort): Appender {
  throw new WeirError('BUG', `Cannot connect an appender: not built yet ${port.constructor.name}`)
}
