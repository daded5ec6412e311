import { AppError } from "../errors.ts";
import type { Principal, Role } from "./principal.ts";

/** Lets `principal` pass with any one of `allowed`, else throws `forbidden` naming what is missing. */
export function requireRole(principal: Principal, allowed: readonly Role[]): void {
  if (principal.roles.some((role) => allowed.includes(role))) return;
  throw new AppError(
    "forbidden",
    `This needs the app role ${allowed.join(" or ")}. Ask an administrator to assign it in Entra.`,
  );
}
