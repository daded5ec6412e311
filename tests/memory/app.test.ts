import { describe, expect, test } from "@jest/globals";
import type { SessionView } from "../../lib/sessions/session.ts";
import { startMemoryApp } from "./app.ts";
import { connect, openSession } from "./connect.ts";
import { tokenFor } from "./world.ts";

const HOUR_MS = 3_600_000;

describe("The product with everything around it in memory", () => {
  test("does its whole job: connects, asks the user, is accepted, joined, closed and disconnected", async () => {
    const { world, newProcess } = startMemoryApp();
    const process = newProcess();
    expect(await connect(world, process)).toMatchObject({ status: "connected", account: { company: "Contoso" } });
    const session = await openSession(world, process);
    for (const message of world.queue.splice(0)) await process.deliver("notify", message);
    const link = /\/h\/[\w-]+/.exec(world.notifications[0]?.text ?? "")?.[0] ?? "";
    const form = { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "answer=accept" };
    expect((await process.request("POST", link, form)).headers.get("location")).toBe(session.endCustomerUrl);
    const remote = world.remote.sessions[0];
    if (remote) remote.online = true;
    await process.runTimer("follow-sessions");
    const token = tokenFor("Bruno Agent");
    const look = async () =>
      (await process.request("GET", `/api/sessions/${session.id}`, { token })).json<SessionView>();
    expect(await look()).toMatchObject({ state: "inProgress", notification: { state: "sent" } });
    await process.request("POST", `/api/sessions/${session.id}/close`, { token });
    expect([(await look()).state, remote?.state]).toEqual(["closed", "closed"]);
    await process.request("DELETE", "/api/connector", { token: tokenFor("Ada Administrator") });
    expect(world.grants.live()).toEqual([]);
    expect([...world.secrets.versions().keys()]).toEqual(["state-key"]);
  });

  test("refreshes its tokens once, however many processes it has, and goes on with the new ones", async () => {
    const { world, newProcess } = startMemoryApp();
    const processes = [newProcess(), newProcess()];
    for (const process of processes.slice(0, 1)) await connect(world, process);
    world.advance(25 * HOUR_MS);
    await Promise.all(processes.map((process) => openSession(world, process)));
    expect(world.grants.refreshes).toEqual([{ accessToken: expect.any(String), wasSpent: false }]);
    expect(world.remote.sessions).toHaveLength(2);
  });

  test("is up in a few milliseconds", () => {
    startMemoryApp().newProcess();
    const startedMs = performance.now();
    for (let start = 0; start < 10; start += 1) startMemoryApp().newProcess();
    expect((performance.now() - startedMs) / 10).toBeLessThan(50);
  });
});
