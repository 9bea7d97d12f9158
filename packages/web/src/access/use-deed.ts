import {
  type UseMutationOptions,
  type UseMutationResult,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import { whoamiQuery } from '../api/access.ts'
import { RequestError } from '../api/client.ts'
import type { Deed } from '../api/deed.ts'

/** Carries out a deed. What offers it is guarded by `Offered` or `useMay`, which take the same deed. */
export function useDeed<V, T, C = unknown>(
  deed: Deed<V, T>,
  options: Omit<UseMutationOptions<T, Error, V, C>, 'mutationFn'> = {},
): UseMutationResult<T, Error, V, C> {
  const client = useQueryClient()
  return useMutation({
    ...options,
    mutationFn: (value: V) => deed.run(value),
    onError: (error, ...rest) => {
      // What one may do has changed since the page asked: it is to show that from now on.
      if (error instanceof RequestError && isDenied(error))
        void client.invalidateQueries(whoamiQuery)
      return options.onError?.(error, ...rest)
    },
  })
}

function isDenied({ failure }: RequestError): boolean {
  return failure.kind === 'refused' && failure.code === 'ACCESS_DENIED'
}
