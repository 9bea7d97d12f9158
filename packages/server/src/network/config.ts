import { METADATA_SERVICES, isFenceEntry } from '@weir/fetch'
import { z } from 'zod'

const entry = z.string().max(256).refine(isFenceEntry, {
  message: 'want a network (10.0.0.0/8), an address, a host name or *.example.org',
})

/** `network` in weir.yml: where Weir's own connections may lead. */
export const networkConfig = z.strictObject({
  outgoing: z
    .strictObject({
      allow: z
        .array(entry)
        .max(1000)
        .default([])
        .describe(
          'Networks, addresses and host names that Weir may connect to; nothing else, as soon as there is one.',
        ),
      deny: z
        .array(entry)
        .max(1000)
        .default([...METADATA_SERVICES])
        .describe('Those that it may not, whatever `allow` says: clouds give credentials there.'),
    })
    .prefault({})
    .describe('Connections that Weir makes: each is looked at on the address that it leads to.'),
})
