import type { Page } from "playwright-core";
import { type Answer, problem, type State } from "./state.ts";

const deviceId = (number: number) => `d0000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
export const PHONE = deviceId(1);
const PHONE_API = `/api/devices/${PHONE}`;
const GONE = "d0000000-0000-4000-8000-00000000dead";

const connect = async (page: Page) => {
  await page.getByRole("button", { name: "New remote assistance session" }).click();
  await page.getByRole("button", { name: "Connect", exact: true }).click();
};
const refused = (title: string, answer: Answer, shown: string | RegExp, next: string): Omit<State, "as"> => ({
  title: `a start that is refused: ${title}`,
  path: `/portal/devices/${PHONE}`,
  answers: { "/api/sessions": answer },
  act: connect,
  shown,
  next,
});
const notEligible = (number: number, shown: string): Omit<State, "as"> => ({
  title: `a device that cannot be helped (${number})`,
  path: `/portal/devices/${deviceId(number)}`,
  shown,
  next: "Sessions on this device",
});
const reasons = [{ code: "hololens", text: "No." }];

const states: Omit<State, "as">[] = [
  { title: "all devices", path: "/portal/devices", shown: "More than 50 devices", next: "Load more" },
  { title: "devices found", path: "/portal/devices?search=ana", shown: "PHONE-ANA", next: "PHONE-ANA" },
  {
    title: "no device found",
    path: "/portal/devices?search=nothing-is-called-so",
    shown: "Check the spelling",
    next: "Clear filters",
  },
  {
    title: "devices, loading",
    path: "/portal/devices",
    answers: { "/api/devices": "never" },
    shown: "Loading…",
    next: undefined,
  },
  {
    title: "devices, while Intune does not answer",
    path: "/portal/devices",
    answers: { "/api/devices": problem(503, "upstream-unavailable", { headers: { "retry-after": "30" } }) },
    shown: "Try again in 30 seconds",
    next: "Try again",
  },
  {
    title: "devices, too often",
    path: "/portal/devices",
    answers: { "/api/devices": problem(429, "too-many-requests", { headers: { "retry-after": "120" } }) },
    shown: "Wait 2 minutes",
    next: "Try again",
  },
  {
    title: "devices, refused by Intune",
    path: "/portal/devices",
    answers: { "/api/devices": problem(502, "upstream-invalid") },
    shown: "finds the reason under Health",
    next: "Look at health",
  },
  {
    title: "devices, an answer that is no JSON",
    path: "/portal/devices",
    answers: { "/api/devices": { status: 502, json: "<html>" } },
    shown: "does not answer now",
    next: "Try again",
  },
  {
    title: "a device",
    path: `/portal/devices/${PHONE}`,
    shown: "Company Portal",
    next: "New remote assistance session",
  },
  {
    title: "a device, loading",
    path: `/portal/devices/${PHONE}`,
    answers: { [PHONE_API]: "never" },
    shown: "Loading…",
    next: undefined,
  },
  {
    title: "a device that is gone",
    path: `/portal/devices/${GONE}`,
    shown: "does not have this device any more",
    next: "Search for devices",
  },
  { title: "a device in an odd address", path: "/portal/devices/%3Cb%3E", shown: "That did not work", next: undefined },
  notEligible(5, "HoloLens cannot be helped"),
  notEligible(6, "Surface Hub cannot be helped"),
  notEligible(8, "Corporate-owned Android is left out"),
  {
    title: "a device of nobody",
    path: `/portal/devices/${deviceId(7)}`,
    shown: "No user belongs to this device",
    next: "New remote assistance session",
  },
  {
    title: "a session to be started",
    path: `/portal/devices/${PHONE}`,
    act: (page) => page.getByRole("button", { name: "New remote assistance session" }).click(),
    shown: "The user reads it before accepting",
    next: "Connect",
  },
  {
    title: "a session to be started for nobody",
    path: `/portal/devices/${deviceId(7)}`,
    act: (page) => page.getByRole("button", { name: "New remote assistance session" }).click(),
    shown: "Nobody can be notified on this device: you pass",
    next: "Connect",
  },
  {
    title: "a start that takes its time",
    path: `/portal/devices/${PHONE}`,
    answers: { "/api/sessions": "never" },
    act: connect,
    shown: "Connecting…",
    next: "Cancel",
  },
  refused(
    "nobody enabled the connector",
    problem(409, "connector-not-connected"),
    /has to enable the connector first/,
    "Go to the connector",
  ),
  refused(
    "consent was lost",
    problem(409, "connector-needs-consent"),
    "TeamViewer needs consent again",
    "Go to the connector",
  ),
  refused("no licence is left", problem(409, "licence-limit"), "Close one that is over", "See all sessions"),
  refused(
    "not this device",
    problem(422, "device-not-eligible", { reasons }),
    "HoloLens cannot be helped",
    "Search for devices",
  ),
  refused(
    "the device is gone",
    problem(404, "device-not-found"),
    "does not have this device any more",
    "Search for devices",
  ),
  refused("too many", problem(429, "too-many-requests"), "Too many requests at once. Wait a moment", "Try again"),
  refused("a code that the portal does not know", problem(418, "teapot"), "The detail of teapot.", "Try again"),
  refused("no connection", "cut", "cannot be reached", "Try again"),
];

export const deviceStates: State[] = states.map((state) => ({ ...state, as: "Chiara Agent" }));
