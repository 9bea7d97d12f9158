import type { Command } from 'commander'
import { addAlertAdd } from './alert-add.ts'
import { addAlertList } from './alert-list.ts'
import { addAlertMarks } from './alert-marks.ts'
import { addAlertQuery } from './alert-query.ts'
import { addAlertShow } from './alert-show.ts'

export function addAlert(program: Command): void {
  const alert = program.command('alert').description('look at alerts, add some, say who knows')
  addAlertList(alert)
  addAlertQuery(alert)
  addAlertShow(alert)
  addAlertAdd(alert)
  addAlertMarks(alert)
}
