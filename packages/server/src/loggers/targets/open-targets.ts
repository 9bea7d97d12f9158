import type { LoggerDesk } from '../desk.ts'
import { ActuatorDriver } from './actuator.ts'
import type { TargetConfig } from './config.ts'
import type { LevelDriver } from './driver.ts'
import { HttpEndpoint } from './http-endpoint.ts'
import { KafkaConnectDriver } from './kafka-connect.ts'
import { LogLevelDriver } from './log-level.ts'
import { RudderDriver } from './rudder.ts'
import { TargetControl, type TargetControlOptions } from './target-control.ts'

/** Puts a program of the configuration under the desk. */
export async function openTarget(
  options: Omit<TargetControlOptions, 'driver' | 'tell'>,
  desk: Pick<LoggerDesk, 'drive' | 'report'>,
): Promise<TargetControl> {
  const driver = await openDriver(options.target)
  const control: TargetControl = new TargetControl({
    ...options,
    driver,
    tell: (report) => desk.report(control.identity.instance, report),
  })
  desk.drive(control)
  return control
}

async function openDriver(target: TargetConfig): Promise<LevelDriver> {
  const { kind } = target
  switch (kind) {
    case 'actuator':
      return new ActuatorDriver(await HttpEndpoint.open(target))
    case 'log_level':
      return new LogLevelDriver(await HttpEndpoint.open(target))
    case 'kafka_connect':
      return new KafkaConnectDriver(await HttpEndpoint.open(target))
    case 'rudder':
      return new RudderDriver(target)
    default:
      return kind satisfies never
  }
}
