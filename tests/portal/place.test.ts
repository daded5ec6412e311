import { describe, expect, test } from "@jest/globals";
import { addressOf, type Place, placeOf } from "../../portal/place.ts";

const placeAt = (address: string): Place => {
  const url = new URL(address, "https://help.example");
  return placeOf(url.pathname, url.searchParams);
};

const ID = "d0000000-0000-4000-8000-000000000001";
const places: Place[] = [
  { screen: "home" },
  { screen: "connector", consent: undefined },
  { screen: "connector", consent: "a".repeat(64) },
  { screen: "devices", search: "", platform: "" },
  { screen: "devices", search: "Ana & Zoë/#?", platform: "ios" },
  { screen: "device", id: ID },
  { screen: "device", id: "../../x?y#z" },
  { screen: "sessions", state: "", device: "", mine: false },
  { screen: "sessions", state: "open", device: ID, mine: true },
  { screen: "session", id: "0".repeat(32) },
  { screen: "audit", from: "", to: "", action: "", actor: "", device: "", session: "" },
  { screen: "audit", from: "2026-11-01", to: "2026-11-22", action: "session.", actor: ID, device: ID, session: "0" },
  { screen: "webhooks" },
  { screen: "webhook", id: ID },
  { screen: "health" },
];

describe("Every place has an address that leads back to it", () => {
  test.each(places)("%j", (place) => {
    expect(placeAt(addressOf(place))).toEqual(place);
    expect(addressOf(place)).toMatch(/^\/portal(\/|$)/);
  });
});

test("a filter that says nothing is not in the address", () => {
  expect(addressOf({ screen: "devices", search: "", platform: "" })).toBe("/portal/devices");
  expect(addressOf({ screen: "sessions", state: "open", device: "", mine: false })).toBe("/portal/sessions?state=open");
});

test.each(["2026-02-31", "+275760-09-13", "2026-1-1", "yesterday", "<b>"])("%s is no day to filter by", (day) => {
  const range = new URLSearchParams({ from: day, to: day });
  expect(placeAt(`/portal/audit?${range}`)).toMatchObject({ from: "", to: "" });
});

test("a slash at the end changes nothing", () => {
  expect(placeAt("/portal/")).toEqual({ screen: "home" });
  expect(placeAt("/portal/health/")).toEqual({ screen: "health" });
});

test.each(["/portal/nowhere", "/portal/health/x", "/portal/devices/a/b", "/portal/devices/%E0%A4%A", "/elsewhere"])(
  "%s is an unknown place, no error",
  (address) => {
    expect(placeAt(address)).toEqual({ screen: "unknown" });
  },
);
