/** Metrics, logs and run-time log levels for TypeScript pipelines. */
export const SDK_VERSION = '0.1.0'
export type { Clock } from './clock.ts'
