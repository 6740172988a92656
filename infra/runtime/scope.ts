/**
 * Whoever opens, closes: releases run last-in first-out, every one of them, even when one fails.
 * The failures of releases are thrown together at the end.
 */
export type Scope = {
  defer(release: () => unknown): void
  close(): Promise<void>
}

export function createScope(): Scope {
  const releases: (() => unknown)[] = []
  let closing: Promise<void> | undefined
  return {
    defer: (release) => {
      releases.push(release)
    },
    close: () => {
      closing ??= releaseAll(releases)
      return closing
    },
  }
}

async function releaseAll(releases: (() => unknown)[]): Promise<void> {
  const failures: unknown[] = []
  for (let release = releases.pop(); release; release = releases.pop()) {
    try {
      await release()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length === 1) throw failures[0]
  if (failures.length > 1) throw new AggregateError(failures, `${failures.length} releases failed`)
}
