export default {
  testMatch: ["<rootDir>/tests/**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: { "^.+\\.ts$": "@swc/jest" },
  testEnvironment: "<rootDir>/tests/environment.ts",
  testSequencer: "<rootDir>/tests/sequencer.js",
  // All cores: jest leaves one free, and of two that is half.
  maxWorkers: "100%",
  // Generous: machines differ, and no test measures time by it.
  testTimeout: 30_000,
  modulePathIgnorePatterns: ["<rootDir>/dist/"],
};
