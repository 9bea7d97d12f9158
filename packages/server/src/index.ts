export { type StatsdIntake, type StatsdOptions, startStatsd } from './intake/statsd.ts'
export { type StatsdConfig, statsdConfig } from './statsd/config.ts'
export { type MappingSource } from './statsd/mapping-file.ts'
