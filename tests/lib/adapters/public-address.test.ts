import { expect, test } from "@jest/globals";
import { isLoopbackAddress, isPublicAddress } from "../../../lib/adapters/public-address.ts";
import { privateAddresses, publicAddresses } from "./private-addresses.ts";

test.each(privateAddresses)("%s (%s) is not public", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(publicAddresses)("%s is public", (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test("loopback is 127.0.0.0/8 and ::1", () => {
  expect(["127.0.0.1", "127.255.255.255", "::1"].map(isLoopbackAddress)).toEqual([true, true, true]);
  expect(["126.0.0.1", "128.0.0.1", "::2", "10.0.0.1", "localhost", ""].some(isLoopbackAddress)).toBe(false);
});
