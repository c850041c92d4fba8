import { defineConfig } from "vitest/config";

// Two cores are the smallest machine we care about; more workers than cores only makes timings worse.
const maxWorkers = 2;

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers,
    setupFiles: ["./tests/property/seed.ts"],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // A zone with an odd offset: code that reads local time by mistake fails everywhere, not only far away.
    env: { TZ: "Asia/Kathmandu" },
    coverage: {
      provider: "v8",
      include: ["shared/**/*.ts", "connectors/**/*.ts", "functions/**/*.ts"],
      exclude: ["**/*.test.ts", "shared/testing/**"],
    },
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["{shared,connectors,functions}/**/*.test.ts"] },
      },
      {
        extends: true,
        test: {
          name: "whole",
          include: ["tests/*.test.ts", "tests/{contract,property,rig}/**/*.test.ts"],
        },
      },
      {
        extends: true,
        // Synthesis of the stack and the embedded database take their time on a busy machine.
        test: { name: "infra", include: ["infra/**/*.test.ts"], testTimeout: 60_000 },
      },
      {
        extends: true,
        // Their clocks are their own, so that two may run at once; some take a process for each core.
        test: {
          name: "simulations",
          include: ["tests/simulation/**/*.test.ts"],
          testTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        // A whole hub each, with deadlines in seconds: alone on the machine, after everything else.
        test: {
          name: "stories",
          include: ["tests/{e2e,browser,bench}/**/*.test.ts"],
          testTimeout: 120_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
