import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'

const root = join(import.meta.dirname, '..', '..', 'shared')

/** A file or folder of the sample collection next to the repository, or undefined where it is not there. */
export function sharedPath(...parts: string[]): string | undefined {
  const path = join(root, ...parts)
  return existsSync(path) ? path : undefined
}

/** Tests that read the sample collection. Without it they are skipped, and the name of the block says so. */
export function describeShared(name: string, run: (path: (...parts: string[]) => string) => void): void {
  const available = existsSync(root)
  describe.skipIf(!available)(available ? name : `${name} (skipped: ../shared is absent)`, () => {
    // vitest also runs the body of a skipped block: nothing in it may read a file before a test does
    run((...parts) => join(root, ...parts))
  })
}
