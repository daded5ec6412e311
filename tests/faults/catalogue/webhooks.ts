import diagnostics from "node:diagnostics_channel";
import { expect } from "@jest/globals";
import { makeCallTarget } from "../../../lib/adapters/webhook-target.ts";
import { hooking } from "../../hooking.ts";
import { type Case, inShort, requestOf, sessionOf, timed } from "./case.ts";

const PRIVATE = "169.254.169.254";

export const webhookCases: Case[] = [
  {
    number: "55",
    fault: "the target of a webhook is down, redirects, is gone, hangs, or leads to a private address by now",
    expected: "each its documented end; a healthy one is told meanwhile; a session waits for none of them",
    isAlone: true,
    async run(stage) {
      const { product } = stage;
      const hooks = hooking(product);
      try {
        const events = ["session.requested"];
        const register = async () => {
          const target = await hooks.receiver();
          return { target, ...(await hooks.create(target.url, { events })) };
        };
        const [healthy, down, moved, gone, hanging, rebound] = [
          await register(),
          await register(),
          await register(),
          await register(),
          await register(),
          await register(),
        ];
        const elsewhere = await hooks.receiver();
        moved.target.answer((_received, answer) => void answer.writeHead(307, { location: elsewhere.url }).end());
        gone.target.answer(410);
        hanging.target.answer(() => undefined);
        await down.target.close();
        // Only the sixth target's name has moved; each of them has a port of its own.
        const opened: string[] = [];
        const note = (message: unknown) => {
          const { socket } = message as {
            socket: { on: (event: "connectionAttempt", see: (ip: string) => void) => void };
          };
          socket.on("connectionAttempt", (ip) => void opened.push(ip));
        };
        diagnostics.subscribe("net.client.socket", note);
        const safely = makeCallTarget({ allowLoopback: true });
        const misled = makeCallTarget({ allowLoopback: true, resolve: async () => [PRIVATE] });
        const { app } = hooks.processWithList({
          callTarget: (url, call) => (url === rebound.url ? misled(url, call) : safely(url, call)),
        });

        const { answer, seen, ms } = await timed(requestOf(stage, { notify: false }).ask());
        expect(seen).toBe("201");
        const messages = (await hooks.messages()).map(({ message }) => message);
        expect(messages).toHaveLength(6);
        const startedMs = performance.now();
        const others = messages.filter(({ webhookId }) => webhookId !== healthy.id);
        const ended = others.map((message) => app.webhooks.deliver(message));
        await app.webhooks.deliver(messages.find(({ webhookId }) => webhookId === healthy.id) ?? lost());
        const healthyMs = performance.now() - startedMs;
        expect(healthy.target.received.map(({ body }) => JSON.parse(body).subject)).toEqual([sessionOf(answer).id]);
        expect(healthyMs).toBeLessThan(10_000);
        expect(inShort(await requestOf(stage, { notify: false }).ask())).toBe("201");
        await Promise.all(ended);
        diagnostics.unsubscribe("net.client.socket", note);

        const endOf = async ({ id }: { id: string }) => {
          const [delivery] = await hooks.deliveries(id);
          const [attempt] = delivery?.attempts ?? [];
          return [delivery?.state, attempt?.problem].filter(Boolean).join(" ");
        };
        const ends = [healthy, down, moved, gone, hanging, rebound].map(endOf);
        expect(await Promise.all(ends)).toEqual([
          "delivered",
          "waiting unreachable",
          "waiting redirected",
          "failed gone",
          "waiting timeout",
          "waiting refused-address",
        ]);
        expect([elsewhere.connections(), opened.includes(PRIVATE)]).toEqual([0, false]);
        expect(opened.length).toBeGreaterThan(0);
        expect(await hooks.look(gone.id)).toMatchObject({ status: "paused", problem: "gone" });
        return `session after ${Math.round(ms)} ms, healthy told after ${Math.round(healthyMs)} ms; others: ${(await Promise.all(ends)).slice(1).join(", ")}; 0 sockets to the private address`;
      } finally {
        await hooks.close();
      }
    },
  },
];

function lost(): never {
  throw new Error("the healthy target has no message");
}
