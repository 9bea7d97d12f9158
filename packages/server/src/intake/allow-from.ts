import { networkOf } from '@weir/fetch/networks'
import { z } from 'zod'

/** `allow_from`: who may send to a socket that asks nobody who he is. */
export const allowFrom = z
  .array(
    z.string().refine((text) => networkOf(text) !== undefined, {
      message: 'want an address or a network such as 10.0.0.0/8',
    }),
  )
  .default([])
