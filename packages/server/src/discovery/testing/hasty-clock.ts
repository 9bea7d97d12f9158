import { type Clock, systemClock } from '@weir/model'

/** A clock on which a second passes in ten milliseconds, for what talks to real sockets and waits in between. */
export const hastyClock: Clock = {
  now: () => systemClock.now(),
  monotonicMs: () => systemClock.monotonicMs() * 100,
  sleep: (ms, signal) => systemClock.sleep(ms / 100, signal),
}
