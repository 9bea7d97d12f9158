/** Words of the memory that the pool shares with one query thread. */

/** Id of the job that nobody waits for any more. */
export const CANCELLED = 0
/** How many jobs were given to the thread: more than it has begun, and one waits. */
export const GIVEN = 1

export const FLAG_BYTES = 8
