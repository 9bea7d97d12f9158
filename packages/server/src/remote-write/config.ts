import { z } from 'zod'
import { pushLimits } from '../push/config.ts'

/** `remote_write_receiver` in weir.yml: what senders may send to `/api/v1/write`. */
export const remoteWriteReceiver = z.strictObject(pushLimits)

export type RemoteWriteConfig = z.output<typeof remoteWriteReceiver>
