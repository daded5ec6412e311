import type { ManagedDevice } from "./managed-device.ts";

/** Many devices that differ in name, owner and age only. */
export type Kind = {
  /** Devices are called `<name>-001`, `<name>-002` … */
  name: string;
  count: number;
  /** Whose it is: somebody, or nobody, which Intune shows as '' or as null. */
  user: "somebody" | "" | null;
  models: readonly (readonly [manufacturer: string, model: string])[];
  osVersions: readonly string[];
  /** What all of them have. */
  is: Partial<ManagedDevice>;
};
