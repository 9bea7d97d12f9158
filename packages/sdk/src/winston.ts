/** winston beside Weir: a transport that writes this package's record, and its levels at run time. */
export { WeirTransport, type WinstonTransportOptions } from './adapters/winston-transport.ts'
export {
  followLevels,
  type FollowWinstonOptions,
  type WinstonLogger,
} from './adapters/winston-levels.ts'
