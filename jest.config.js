export default {
  testMatch: ["<rootDir>/tests/**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: { "^.+\\.ts$": "@swc/jest" },
  // Generous: machines differ, and no test measures time by it.
  testTimeout: 30_000,
  modulePathIgnorePatterns: ["<rootDir>/dist/"],
};
