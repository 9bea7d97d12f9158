// What `tsc -p tsconfig.cjs.json` wrote is CommonJS; Node and TypeScript learn it from the nearest
// package.json, and the one above says "module".
import { writeFileSync } from 'node:fs'

writeFileSync(
  new URL('../dist/cjs/package.json', import.meta.url),
  `${JSON.stringify({ type: 'commonjs', sideEffects: false })}\n`,
)
