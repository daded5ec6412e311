import * as z from "zod";
import type { RemoteUsers } from "../../sessions/ports.ts";
import { TeamViewerError } from "./refusal.ts";
import type { CallWithAccess } from "./renewing.ts";

const usersSchema = z.object({
  users: z.array(
    z.object({
      id: z.string().regex(/^u\d+$/),
      email: z.string().nullish(),
      active: z.boolean().nullish(),
    }),
  ),
});

/** `GET /users`: those of the connected account's company. */
export function makeTeamViewerUsers(call: CallWithAccess): RemoteUsers {
  return {
    async idOf(access, emails) {
      const query = new URLSearchParams({ email: emails.join(","), full_list: "true" });
      try {
        const { users } = await call(access, { path: `/users?${query}`, schema: usersSchema });
        const found = users.filter(
          ({ email, active }) => active !== false && emails.includes((email ?? "").toLowerCase()),
        );
        const ids = new Set(found.map(({ id }) => id));
        const [userId] = ids;
        return { outcome: "found", userId: ids.size === 1 ? userId : undefined };
      } catch (error) {
        const isRefused = error instanceof TeamViewerError && (error.status === 403 || error.isAboutLicence);
        if (isRefused) return { outcome: "refused" };
        throw error;
      }
    },
  };
}
