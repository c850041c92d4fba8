import { parseCLI, startVitest, type Reporter, type TestModule } from "vitest/node";

/**
 * Runs vitest with the arguments given to `npm test --` and ends with `N passed, N failed` alone on
 * the last line. A file that cannot be loaded, an error outside any test, a run without tests and a
 * crash of the runner each count as a failure, so that 0 failed always means exit code 0.
 */
const counts = { passed: 0, failed: 0 };

const counter: Reporter = {
  onTestRunEnd(modules, unhandledErrors) {
    for (const module of modules) count(module);
    counts.failed += unhandledErrors.length;
  },
};

function count(module: TestModule): void {
  let failedTests = 0;
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    if (state === "passed") counts.passed += 1;
    if (state === "failed") failedTests += 1;
  }
  counts.failed += failedTests === 0 && module.state() === "failed" ? 1 : failedTests;
}

// On exit rather than after the run: nothing, not even a teardown that hangs, can print after it.
process.on("exit", (code) => {
  if (counts.failed === 0 && (code !== 0 || counts.passed === 0)) counts.failed = 1;
  if (counts.failed > 0 && code === 0) process.exitCode = 1;
  process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed\n`);
});

const { filter, options } = parseCLI(["vitest", "run", ...process.argv.slice(2)]);
const vitest = await startVitest("test", filter, {
  ...options,
  watch: false,
  reporters: [options.reporters ?? "default", counter].flat(),
});
await vitest.exit();
