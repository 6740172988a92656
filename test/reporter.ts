import type { Reporter, TestCase, TestModule } from 'vitest/node'

/** The last lines of a run: which database and broker it used, what was skipped and why, and the count. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const skipped = tests.filter((test) => test.result().state === 'skipped')
    const failed = tests.filter((test) => test.result().state === 'failed').length
    const broken = modules.filter(
      (module) =>
        module.state() === 'failed' &&
        [...module.children.allTests()].every((test) => test.result().state !== 'failed'),
    )
    const passed = tests.filter((test) => test.result().state === 'passed').length
    console.log(`\n${process.env['CITYWELL_TEST_ENVIRONMENT'] ?? 'no server was needed'}`)
    for (const [reason, count] of countBy(skipped.map(reasonOf))) console.log(`skipped ${count}: ${reason}`)
    console.log(`${passed} passed, ${failed + broken.length + errors.length} failed, ${skipped.length} skipped`)
  }
}

/** Why a test was skipped: the note given to skip(), else the suite it stands in. */
function reasonOf(test: TestCase): string {
  const result = test.result()
  const note = result.state === 'skipped' ? result.note : undefined
  return note ?? test.fullName.split(' > ')[0] ?? test.name
}

function countBy(reasons: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return counts
}
