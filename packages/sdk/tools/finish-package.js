// What tsc leaves undone before the package is packed.
import { copyFileSync, writeFileSync } from 'node:fs'

// What `tsc -p tsconfig.cjs.json` wrote is CommonJS; Node and TypeScript learn it from the nearest
// package.json, and the one above says "module".
writeFileSync(
  new URL('../dist/cjs/package.json', import.meta.url),
  `${JSON.stringify({ type: 'commonjs', sideEffects: false })}\n`,
)

// The licence goes along with what it is for.
copyFileSync(new URL('../../../LICENSE', import.meta.url), new URL('../LICENSE', import.meta.url))
