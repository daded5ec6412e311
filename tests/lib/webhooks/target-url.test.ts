import { describe, expect, test } from "@jest/globals";
import { isLoopbackUrl, targetProblem } from "../../../lib/webhooks/target-url.ts";

const isFine = (url: string, allowLoopback = false) => targetProblem(url, { allowLoopback }) === undefined;

describe("The address of a webhook", () => {
  test.each([
    "https://hooks.example",
    "https://hooks.example/in?sig=abc",
    "https://hooks.example:443/in",
    "https://1.2.3.4.example/in",
    "https://sub.hooks.example/%20",
    "https://bücher.example/in",
    "HTTPS://HOOKS.EXAMPLE",
  ])("%s is taken", (url) => {
    expect(isFine(url)).toBe(true);
  });

  test.each([
    ["no address", "hooks.example"],
    ["http", "http://hooks.example"],
    ["another scheme", "ftp://hooks.example"],
    ["a file", "file:///etc/passwd"],
    ["another port", "https://hooks.example:8443"],
    ["the port of the secure shell", "https://hooks.example:22"],
    ["a user", "https://user@hooks.example"],
    ["a password", "https://:secret@hooks.example"],
    ["a fragment", "https://hooks.example/#x"],
    ["an empty fragment", "https://hooks.example/#"],
    ["a name without a dot", "https://intranet"],
    ["a dot at the end", "https://hooks.example."],
    ["this machine", "https://localhost"],
    ["a name of this machine", "https://hook.localhost"],
    ["an IPv4 address", "https://93.184.216.34"],
    ["one in one number", "https://1572395042"],
    ["one in hex", "https://0x5db8d822"],
    ["one in octal", "https://0135.0270.0330.042"],
    ["a short one", "https://127.1"],
    ["one in wide digits", "https://１２７.0.0.1"],
    ["an IPv6 address", "https://[2606:2800:220:1::1]"],
  ])("%s is refused", (_title, url) => {
    expect(isFine(url)).toBe(false);
  });

  test("may lead to this machine, also by http, where the setting says so, and nowhere else by http", () => {
    for (const url of ["http://localhost:7072/in", "http://127.0.0.1:1", "http://[::1]:2/x", "http://a.localhost"]) {
      expect([isFine(url), isFine(url, true), isLoopbackUrl(url)]).toEqual([false, true, true]);
    }
    for (const url of ["https://localhost:7072", "https://[::1]:7072/in"]) expect(isFine(url, true)).toBe(true);
    for (const url of [
      "http://notlocalhost",
      "http://localhost.example",
      "http://hooks.example",
      "http://10.0.0.1",
      "http://127.0.0.1.example",
      "ftp://localhost",
    ])
      expect(isFine(url, true)).toBe(false);
    expect(isFine("https://hooks.example", true)).toBe(true);
  });
});
