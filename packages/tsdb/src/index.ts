/**
 * The embedded metric store. One thread writes (`openStore`), any number read (`openReader`), any
 * number send (`connectAppender`).
 */
export {
  type NameCount,
  type RetentionOptions,
  type SenderOptions,
  type Store,
  type StoreOptions,
  type StoreStats,
} from './store.ts'
export { type RetentionRule } from './steps/policy.ts'
export { openStore } from './open-store.ts'
export { FORMAT as DATA_FORMAT } from './disk/format.ts'
export { holderOf, isAlive, takeLock } from './disk/lock-file.ts'
export { type ReaderSeat } from './seat.ts'
export { type Reader, openReader } from './reader.ts'
export { type OutgoingOptions, type OutgoingPlace } from './outgoing/outgoing.ts'
export {
  type Tail,
  type TailBatch,
  type TailExemplar,
  type TailRecord,
  openTail,
} from './outgoing/tail.ts'
export { connectAppender } from './port-appender.ts'
export { takeBallast } from './disk/ballast.ts'
export { openKeyValueStore } from './key-value.ts'
export { type DataReport } from './check/report.ts'
export { checkData } from './check/check-data.ts'
export { repairData } from './check/repair-data.ts'
