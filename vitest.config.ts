import { defineConfig } from 'vitest/config'

// Rooms are tested from their sources ("weir-source" in each package's exports); tests that start
// threads or the whole command run what `npm run build` made.
const conditions = ['weir-source', 'node', 'import', 'default']

const include = [
  'packages/*/src/**/*.test.{ts,tsx}',
  'packaging/**/*.test.ts',
  'tools/**/*.test.ts',
  'test/**/*.test.ts',
]
const exclude = ['**/node_modules/**', '**/dist/**', '**/*.slow.test.ts']

// A new process for each file costs more than most files: modules are loaded once for many. Not for
// the store, which has memory of its own for all of a process, nor for whole processes.
const alone = ['packages/tsdb/src/**', 'tools/**']
// Those that start whole Weirs start the one that is packed.
const whole = ['packaging/**', 'test/**']

const testsIn = (places: readonly string[]): string[] => places.map((place) => `${place}/*.test.ts`)

export const PACKS = './packaging/npm/packed-weir.ts'

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    pool: 'forks',
    // Two files at a time even on two cores: those that start whole processes mostly wait for them.
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 90_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include,
          exclude: [...exclude, ...alone, ...whole],
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: testsIn(alone), exclude },
      },
      {
        extends: true,
        // These mostly wait for their processes: more of them at a time than there are cores, by themselves.
        test: {
          name: 'whole',
          include: testsIn(whole),
          exclude,
          globalSetup: PACKS,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
