import { TestEnvironment } from "jest-environment-node";

/** Frames of an error. Jest keeps a hundred, and Node makes an error inside each signature it computes. */
const FRAMES = 20;

/** What a test file runs in: as Jest makes it, but with a `process.getBuiltinModule` that is Node's own. */
export default class Environment extends TestEnvironment {
  constructor(...made: ConstructorParameters<typeof TestEnvironment>) {
    super(...made);
    // Jest puts one of its own in the place, through which the storage emulator would be loaded anew for each test file.
    const native = { get: () => process.getBuiltinModule, set: () => undefined };
    Object.defineProperty(this.global.process, "getBuiltinModule", native);
  }

  override async setup() {
    await super.setup();
    this.global.Error.stackTraceLimit = FRAMES;
    Error.stackTraceLimit = FRAMES;
  }
}
