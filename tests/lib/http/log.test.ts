import { describe, expect, jest, test } from "@jest/globals";
import { AppError, type ErrorCode } from "../../../lib/errors.ts";
import { correlate, correlationIdOf, endLog, failureCodeOf, log, logFailure } from "../../../lib/http/log.ts";
import { problems } from "../../../lib/http/problem.ts";
import { anInvocation } from "./a-request.ts";

/** What is logged of a failure, and what it is answered with. */
function logged(failure: unknown) {
  const { context, lines } = anInvocation();
  const known = logFailure(failure, context);
  expect(lines).toHaveLength(1);
  return { known, level: lines[0]?.level, line: JSON.parse(lines[0]?.text ?? "") as Record<string, unknown> };
}
const causeLoggedOf = (cause: unknown) => logged(new AppError("upstream-unavailable", "Later.", { cause })).line.cause;
/** A cause of which only the name is known. */
const nameless = (changes: object) => Object.assign(new Error("secret"), { stack: undefined, ...changes });

test.each([
  ["info", "information"],
  ["warn", "warning"],
  ["error", "error"],
] as const)("a line of the level %s is one JSON object that the host joins to its invocation", (level, seen) => {
  const { context, lines } = anInvocation();
  log(context, level, { event: "seals", sealAgeMinutes: 2 });
  expect(lines).toEqual([{ level: seen, text: expect.any(String) }]);
  expect(JSON.parse(lines[0]?.text ?? "")).toEqual({ event: "seals", sealAgeMinutes: 2, correlationId: "call-1" });
});

test("a line of an invocation that a message began belongs to the request which the message stems from", () => {
  const { context, lines } = anInvocation();
  correlate(context, undefined);
  expect(correlationIdOf(context)).toBe("call-1");
  correlate(context, "request-1");
  expect(correlationIdOf(context)).toBe("request-1");
  log(context, "error", { event: "poison", queue: "webhooks" });
  logFailure(new AppError("upstream-timeout", "x"), context);
  for (const { text } of lines) expect(JSON.parse(text)).toMatchObject({ correlationId: "request-1" });
  expect([correlationIdOf(context), failureCodeOf(context)]).toEqual(["request-1", "upstream-timeout"]);
});

test("a line that comes after the end of its invocation is one of the console, and still belongs to it", () => {
  const { context, lines } = anInvocation();
  const written = jest.spyOn(console, "warn").mockImplementation(() => undefined);
  endLog(context);
  log(context, "warn", { event: "seals", sealAgeMinutes: 2 });
  expect(lines).toEqual([]);
  expect(JSON.parse(String(written.mock.calls[0]?.[0]))).toMatchObject({ event: "seals", correlationId: "call-1" });
  written.mockRestore();
});

test("what the audit was given keeps the request that it stems from, whoever writes it", () => {
  const { context, lines } = anInvocation();
  const entry = { action: "session.request", entryId: "e-1", correlationId: "request-1" } as const;
  log(context, "info", { event: "audit", ...entry });
  expect(JSON.parse(lines[0]?.text ?? "")).toEqual({ event: "audit", ...entry });
});

test("what fails here or behind us is an error in the log, what a caller did wrong a warning", () => {
  const ours: ErrorCode[] = ["upstream-unavailable", "upstream-invalid", "upstream-timeout", "internal-error"];
  for (const code of Object.keys(problems) as ErrorCode[])
    expect([code, logged(new AppError(code, "x")).level]).toEqual([code, ours.includes(code) ? "error" : "warning"]);
});

describe("A failure on purpose", () => {
  test("is answered as it is and logged by its code, without its words", () => {
    const error = new AppError("device-not-found", "secret");
    const { known, line } = logged(error);
    expect(known).toBe(error);
    expect(line).toEqual({ event: "refused", code: "device-not-found", correlationId: "call-1" });
  });
});

describe("A bug", () => {
  test("is answered as an internal-error that says by what it can be found, and keeps its cause inside", () => {
    const bug = new TypeError("secret");
    const { known, line } = logged(bug);
    expect(known).toMatchObject({ code: "internal-error", message: expect.stringContaining("instance"), cause: bug });
    expect(known.message).not.toContain("secret");
    expect(line).toMatchObject({ event: "failed", code: "internal-error" });
  });

  test("that throws no error at all is told by the type of what it threw", () => {
    expect(logged("secret").line.cause).toBe("string");
    expect(logged(null).line.cause).toBe("object");
    expect(logged(undefined).line).not.toHaveProperty("cause");
  });
});

describe("The cause of a failure", () => {
  test.each([
    "ECONNRESET",
    "UND_ERR_SOCKET",
    "EAI",
    "E2BIG",
    "ResourceNotFound",
    "InvalidAuthenticationToken",
    `E${"X".repeat(39)}`,
    `R${"x".repeat(49)}`,
  ])("is told with its code %s", (code) => {
    expect(causeLoggedOf(nameless({ code }))).toBe(`Error ${code}`);
  });

  test.each([
    "",
    "EA",
    "Ea",
    "econnreset",
    "ana@contoso.example",
    "No device PHONE-ANA",
    "TOKEN=eyJ",
    "Bearer eyJ",
    "xECONNRESET",
    "ECONNRESET!",
    "Resource2Found",
    `E2${"X".repeat(39)}`,
    `R${"x".repeat(50)}`,
    7,
    undefined,
    { name: "ECONNRESET" },
  ])("is told without a code that is none: %p", (code) => {
    expect(causeLoggedOf(nameless({ code }))).toBe("Error");
  });

  test("is told with the status of the service, when that is a number", () => {
    expect(causeLoggedOf(nameless({ statusCode: 503 }))).toBe("Error 503");
    expect(causeLoggedOf(nameless({ code: "ServerBusy", statusCode: 503 }))).toBe("Error ServerBusy 503");
    expect(causeLoggedOf(nameless({ statusCode: "secret" }))).toBe("Error");
  });

  test("is told with the function that it came from", async () => {
    const failInAnAdapter = () => {
      throw new RangeError("secret");
    };
    const failLater = async () => {
      await Promise.resolve();
      failInAnAdapter();
    };
    const cause = await failLater().catch((error: unknown) => error);
    expect(causeLoggedOf(cause)).toBe("RangeError at failInAnAdapter");
    expect(causeLoggedOf(nameless({ stack: "Error: secret\n    at async Store.read (file.ts:1:2)" }))).toBe(
      "Error at Store.read",
    );
    expect(causeLoggedOf(nameless({ stack: "Error: secret\n    at file.ts:1:2" }))).toBe("Error");
  });

  test("is never told by words of its message that look like a place", () => {
    const message = "look\n    at ana.contoso (her desk)";
    const stack = `Error: ${message}\n    at Store.read (file.ts:1:2)`;
    expect(causeLoggedOf(nameless({ message, stack }))).toBe("Error at Store.read");
  });

  test("takes at most 200 characters", () => {
    expect(causeLoggedOf(nameless({ name: "N".repeat(300) }))).toBe("N".repeat(200));
  });
});
