import { defineConfig } from 'vitest/config'

const slow = { testTimeout: 60_000, hookTimeout: 120_000 }

export default defineConfig({
  test: {
    reporters: ['default', './test/reporter.ts'],
    globalSetup: './test/setup.ts',
    // Two cores are what a small machine has; the embedded database takes one for itself.
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      { extends: true, test: { name: 'db', include: ['test/db/**/*.test.ts'], ...slow } },
      // One at a time: they kill servers, and they measure that nothing is lost, not how fast it goes.
      {
        extends: true,
        test: { name: 'delivery', include: ['test/delivery/**/*.test.ts'], ...slow, fileParallelism: false },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          ...slow,
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
