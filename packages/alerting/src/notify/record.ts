import { type Integration, SENT } from './outcome.ts'

/** Tells nobody: the notification is there to be seen in the list. */
export const RECORD: Integration = {
  kind: 'record',
  index: 0,
  sendsResolved: true,
  send: async () => SENT,
}
