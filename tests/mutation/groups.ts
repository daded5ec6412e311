/** Part of `lib/`, the tests that hold it, and the share of mutants in percent that they have to find. */
export type Group = { name: string; mutate: readonly string[]; tests: readonly string[]; goal: number };

const folder = (name: string, goal: number): Group => ({
  name,
  mutate: [`lib/${name}/**/*.ts`],
  tests: [`tests/lib/${name}/**/*.test.ts`],
  goal,
});

/** Every folder of `lib/` by the tests that mirror it. */
export const groups: readonly Group[] = [
  { name: "top", mutate: ["lib/{settings,setting-values,errors}.ts"], tests: ["tests/lib/*.test.ts"], goal: 85 },
  folder("access", 95),
  folder("audit", 95),
  folder("devices", 85),
  folder("connector", 95),
  folder("notifications", 85),
  folder("sessions", 85),
  folder("http", 85),
  folder("webhooks", 85),
  {
    name: "adapters",
    mutate: ["lib/adapters/!(outside).ts"],
    // Not the deadlines: they are real time, and every mutant would wait for them.
    tests: ["tests/lib/adapters/!(*-deadline).test.ts"],
    goal: 85,
  },
  {
    name: "sealing",
    mutate: ["lib/adapters/azure/seal*.ts"],
    tests: ["tests/lib/adapters/azure/seal*.test.ts"],
    goal: 95,
  },
  {
    name: "adapters/azure",
    mutate: ["lib/adapters/azure/!(seal*).ts"],
    // Not the deadlines, either.
    tests: ["tests/lib/adapters/azure/**/!(deadlines|seal*).test.ts"],
    goal: 85,
  },
  folder("adapters/entra", 95),
  folder("adapters/graph", 85),
  folder("adapters/teamviewer", 85),
];
