import { defineConfig, mergeConfig } from 'vitest/config'
import quick, { PACKS } from './vitest.config.ts'

// The tests that take minutes, run one file after another by `npm run test:slow`.
const { test: settings, ...rest } = quick
const { projects: _, ...shared } = settings!

export default mergeConfig(
  rest,
  defineConfig({
    test: {
      ...shared,
      include: [
        'packages/*/src/**/*.slow.test.ts',
        'packaging/**/*.slow.test.ts',
        'test/**/*.slow.test.ts',
      ],
      exclude: ['**/node_modules/**', '**/dist/**'],
      fileParallelism: false,
      globalSetup: PACKS,
    },
  }),
)
