import type { Command } from 'commander'
import { addAlertMarks } from './alert-marks.ts'

export function addAlert(program: Command): void {
  addAlertMarks(program.command('alert').description('what can be said about alerts that fire'))
}
