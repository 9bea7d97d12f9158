#!/usr/bin/env node
// Here before anything is built, so that `npm ci` can link the command. It loads the rest only where
// that can run: an older Node.js would end in a SyntaxError that tells nobody what to do.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major > 20 || (major === 20 && minor >= 19)) await import('../dist/main.js')
else {
  process.stderr.write(
    `weir: Cannot run on Node.js ${process.versions.node}: want 20.19 or newer\n`,
  )
  process.exitCode = 2
}
