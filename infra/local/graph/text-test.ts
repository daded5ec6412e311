/** What an operator of `$filter` asks of a text, without regard to case; undefined for an operator that asks nothing of texts. */
export function textTest(operator: string, value: string): ((text: string) => boolean) | undefined {
  const wanted = value.toLowerCase();
  const tests: Record<string, (text: string) => boolean> = {
    eq: (text) => text === wanted,
    contains: (text) => text.includes(wanted),
    startswith: (text) => text.startsWith(wanted),
  };
  const test = Object.hasOwn(tests, operator) ? tests[operator] : undefined;
  return test && ((text) => test(text.toLowerCase()));
}
