import { startAlerting } from '../alerting.ts'
import type { Alerting, AlertingOptions } from '../options.ts'
import { MemoryStore, RecordingAppender, recordingTelemetry } from './memory-rooms.ts'

/** Alerting with nothing but memory around it; queries find nothing. What is given comes first. */
export function alertingInMemory(
  given: Pick<AlertingOptions, 'clock'> & Partial<AlertingOptions>,
): Promise<Alerting> {
  return startAlerting({
    query: async () => [],
    appender: new RecordingAppender(),
    store: new MemoryStore(),
    externalUrl: 'http://weir',
    telemetry: recordingTelemetry().telemetry,
    ...given,
  })
}
