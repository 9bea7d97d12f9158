import type { Command } from 'commander'
import { addAlertList } from './alert-list.ts'
import { addAlertMarks } from './alert-marks.ts'

export function addAlert(program: Command): void {
  const alert = program.command('alert').description('alerts that fire, and what to say about them')
  addAlertList(alert)
  addAlertMarks(alert)
}
