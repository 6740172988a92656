import { defineConfig } from 'vitest/config'

const slow = { testTimeout: 60_000, hookTimeout: 120_000 }
/** Node runs what it can run itself, as in production: nothing is transformed. Pages need Vite, for their JSX. */
const native = { experimental: { viteModuleRunner: false, nodeLoader: false } }
/** Modules are loaded once a worker instead of once a file, so they must not keep state between files. */
const shared = { isolate: false }
/** A worker that uses the embedded database waits for a disk, a socket or a timer four tenths of its time. */
const parallel = { maxWorkers: 3 }

export default defineConfig({
  test: {
    reporters: ['default', './test/reporter.ts'],
    globalSetup: './test/setup.ts',
    // Two cores are what a small machine has; the embedded database takes one for itself.
    maxWorkers: 2,
    // Groups run one after the other: nothing competes with a browser that draws WebGL on the processor, nor with tests
    // that kill servers under load.
    projects: [
      // No unit test waits for time; the limit is for what never ends, and a busy machine takes its time with sockets.
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          ...shared,
          ...parallel,
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      // Fuzzing, and the city that the generator draws: they compute for a minute, so `--project unit` stays quick.
      {
        extends: true,
        test: {
          name: 'generative',
          include: ['test/generative/**/*.test.ts'],
          ...native,
          ...parallel,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'db',
          include: ['test/db/**/*.test.ts'],
          ...slow,
          ...native,
          ...shared,
          ...parallel,
          sequence: { groupOrder: 0 },
        },
      },
      // Published examples with their sources, and properties that hold for every input, through the database where it sums.
      {
        extends: true,
        test: {
          name: 'reference',
          include: ['test/reference/**/*.test.ts', 'test/properties/**/*.test.ts'],
          ...slow,
          ...native,
          ...shared,
          ...parallel,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'delivery',
          include: ['test/delivery/**/*.test.ts'],
          ...slow,
          ...native,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['./test/e2e/setup.ts'],
          ...native,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
