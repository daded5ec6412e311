import type { Device } from "../devices/device.ts";
import { eligibilityOf, type Policy } from "../devices/eligibility.ts";
import { AppError, deviceNotFound } from "../errors.ts";
import { complianceRefusal, type RequestRules } from "./rules.ts";

/** The device if it can and may be helped, with the channels to its user. Throws why not. */
export function checkedDevice(
  device: Device | undefined,
  policy: Policy,
  rules: RequestRules,
  reason: string | undefined,
) {
  if (!device) throw deviceNotFound();
  const { eligible, reasons, channels } = eligibilityOf(device, policy);
  if (!eligible) {
    const text = `This device cannot be helped: ${reasons.map((each) => each.text).join(" ")}`;
    throw new AppError("device-not-eligible", text, { reasons });
  }
  const notCompliant = complianceRefusal(rules, device, reason);
  if (notCompliant) throw notCompliant;
  return { device, channels };
}
