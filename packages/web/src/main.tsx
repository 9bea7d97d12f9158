import '@fontsource-variable/ibm-plex-sans/wght.css'
import '@fontsource/ibm-plex-mono/latin-400.css'
import '@mantine/core/styles.css'
import './app.css'
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RequestError } from './api/client.ts'
import { isNobodyKnown } from './api/known.ts'
import { REFRESH_MS } from './api/weir.ts'
import { router } from './router.tsx'
import { theme } from './theme.ts'

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // While somebody must log in, asking again would only be refused again.
      refetchInterval: () => (isNobodyKnown() ? false : REFRESH_MS),
      staleTime: REFRESH_MS / 2,
      networkMode: 'always', // a laptop without internet still reaches its own Weir
      // Asking again cannot help when Weir understood and refused.
      retry: (count, error) =>
        count < 2 && !(error instanceof RequestError && error.failure.kind === 'refused'),
    },
  },
})

const element = document.getElementById('root')
if (element === null) throw new Error('BUG: index.html has no #root')
createRoot(element).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
