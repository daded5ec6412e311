/** Runs steps one after another and prints each; the first that is not as it should be ends everything. */
export type Steps = {
  count: () => number;
  /** `what` is what a person does; `work` answers what came back, in words. */
  step: <T>(who: string, what: string, work: (say: (text: string) => void) => Promise<T>) => Promise<T>;
};

export class StepFailed extends Error {}

export function makeSteps(print: (line: string) => void): Steps {
  let count = 0;
  return {
    count: () => count,
    async step(who, what, work) {
      count += 1;
      const number = String(count).padStart(2);
      const said: string[] = [];
      try {
        const result = await work((text) => said.push(text));
        print(`${number}. ${who}: ${what}\n      ${said.join("; ") || "done"}`);
        return result;
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        throw new StepFailed(`Step ${count} failed. ${who}: ${what}\n      ${text}`, { cause: error });
      }
    },
  };
}

/** Throws `text` unless `isTrue`. */
export function expect(isTrue: boolean, text: string): asserts isTrue {
  if (!isTrue) throw new Error(text);
}
