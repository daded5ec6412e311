import Sequencer from "@jest/test-sequencer";

/** Where a file takes up to a minute and a half. Most are small: as long as nothing is known of earlier runs, Jest starts them last. */
const LONG = /\/tests\/(faults|browser)\//;
const isLong = ({ path }) => LONG.test(path);

/** Long files first, so that no core ends up waiting for one that another began late. */
export default class LongFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
}
