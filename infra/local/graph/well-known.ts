import type { ManagedDevice } from "./managed-device.ts";

/** A device that documentation and demo call by name: made like the devices of `kind`, with these differences. */
export type WellKnown = { kind: string; deviceName: string; account?: string; is: Partial<ManagedDevice> };

export const wellKnown: readonly WellKnown[] = [
  known(1, "IPHONE", "PHONE-ANA", "ana"),
  known(2, "WIN-ENT", "PC-001", "paula"),
  known(3, "ANDROID-BYOD", "ANDROID-LEE", "lee"),
  known(4, "MAC", "MAC-KIM", "kim"),
  known(5, "HOLO-TYPE", "HOLO-01"),
  known(6, "HUB-TYPE", "HUB-01"),
  known(7, "WIN-KIOSK", "KIOSK-01"),
  known(8, "ANDROID-MANAGED", "ANDROID-CORP", "lee"),
  known(9, "IPHONE", "PHONE-NO-MAIL", "no.mailbox"),
  known(10, "IPAD", "IPAD-GUEST", "gast_fabrikam.example#EXT#"),
  known(11, "WIN-ENT", "PC-LEFT", "left.company"),
];

function known(number: number, kind: string, deviceName: string, account?: string): WellKnown {
  const is = { id: `d0000000-0000-4000-8000-${String(number).padStart(12, "0")}` };
  return account === undefined ? { kind, deviceName, is } : { kind, deviceName, account, is };
}
