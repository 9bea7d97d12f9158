import { httpClientBeside, httpClientConfig } from '@weir/fetch'
import { z } from 'zod'
import { duration } from '../config/quantity.ts'

function isPeerAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isBare = url?.username === '' && url.password === '' && url.search === '' && url.hash === ''
  return /^https?:$/.test(url?.protocol ?? '') && isBare
}

/** The keys of `notifications` that are about other Weirs with the same rules. */
export const peerKeys = {
  peers: z
    .array(
      z.string().refine(isPeerAddress, {
        message: 'want an http or https address without user, password and parameters',
      }),
    )
    .max(16)
    .default([])
    .describe(
      'Other Weirs with the same rules, `http://other:9347` each: what one has told, the others do not tell again. This one itself may be in the list.',
    ),
  peer_name: z
    .string()
    .regex(/^[\w.:-]{1,100}$/, { error: 'want 1 to 100 letters, digits and any of _ . : -' })
    .optional()
    .describe(
      'What this Weir is called among its peers; who is first by name tells first. A name of chance that is kept unless told.',
    ),
  peer_secret: z
    .string()
    .min(1)
    .optional()
    .describe('Only who knows it is a peer; the same on all of them; secret.'),
  peer_secret_file: z.string().optional().describe('A file with it, read anew each time.'),
  peer_timeout: duration
    .prefault('15s')
    .refine((ms) => ms >= 1000 && ms <= 600_000, { message: 'want 1s to 10m' })
    .describe('How long each waits for the one before it to tell.'),
  peer_http_config: httpClientConfig
    .prefault({})
    .describe('How peers are reached, as `http_config` of a receiver has it.'),
} as const

interface PeerFiles {
  readonly peer_secret_file?: string | undefined
  readonly peer_http_config: z.output<typeof httpClientConfig>
}

/** With their file names made whole: they are relative to the configuration file. */
export function peersBeside<Keys extends PeerFiles>(
  keys: Keys,
  beside: (path: string) => string,
): Keys {
  const { peer_secret_file: file = '', peer_http_config: http } = keys
  return {
    ...keys,
    peer_http_config: httpClientBeside(http, beside),
    ...(file === '' ? {} : { peer_secret_file: beside(file) }),
  }
}

/** For a `superRefine` of the section. */
export function checkPeers(
  keys: {
    readonly peer_secret?: string | undefined
    readonly peer_secret_file?: string | undefined
  },
  context: z.core.$RefinementCtx,
): void {
  if (keys.peer_secret === undefined || (keys.peer_secret_file ?? '') === '') return
  context.addIssue({
    code: 'custom',
    path: ['peer_secret'],
    message: 'want peer_secret or peer_secret_file, not both',
  })
}
