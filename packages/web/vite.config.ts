import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const WEIR = process.env['WEIR_WEB'] ?? 'http://127.0.0.1:9347'

// The page is served by Weir under a strict content-security policy: no inline script, nothing from
// elsewhere. Hence no inlined assets (a `data:` font would be refused) and no inline preload script.
export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': WEIR, '/metrics': WEIR } },
})
