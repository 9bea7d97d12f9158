import type { Appender, KeyValueStore, SeriesRef } from '@weir/model'

/** Takes samples and forgets them, for evaluations that are only looked at. */
export const NO_APPENDER: Appender = {
  ref: () => 0 as SeriesRef,
  release: () => undefined,
  append: () => undefined,
  appendColumns: () => undefined,
  appendHistogram: () => undefined,
  appendExemplar: () => undefined,
  describe: () => undefined,
  commit: async () => ({ appended: 0, rejected: {}, example: '' }),
  close: () => undefined,
}

export const NO_STORE: KeyValueStore = {
  get: () => undefined,
  write: async () => undefined,
  entries: () => [],
}
