import * as z from "zod";
import type { Access } from "../../connector/access.ts";
import { isAppError } from "../../errors.ts";
import type { OpenResult, RemoteSession, RemoteSessions } from "../../sessions/ports.ts";
import { GROUP_NAME } from "./account.ts";
import { customApiOf, ourIdOf } from "./custom-api.ts";
import { isTeamViewerLink } from "./links.ts";
import { TeamViewerError } from "./refusal.ts";
import type { CallWithAccess } from "./renewing.ts";

type Deps = {
  apiUrl: string;
  loginUrl: string;
  call: CallWithAccess;
};

const MAX_PAGES = 5;

/** SessionsPostResponse and GetSessionsResponse of TeamViewer's API description, as far as they are used here. */
const sessionSchema = z.object({
  code: z.string().regex(/^s[\d-]{6,20}$/),
  state: z.string().nullish(),
  online: z.boolean().nullish(),
  custom_api: z.string().nullish(),
  created_at: z.string().nullish(),
  end_customer_link: z.string(),
  supporter_link: z.string(),
});
const listSchema = z.object({
  sessions: z.array(z.unknown()),
  sessions_remaining: z.number().nullish(),
  next_offset: z.string().nullish(),
});

/** A change is answered with 204 and no body; a page of some proxy in its place is not believed. */
const nothing = z.object({}).optional();

export function makeTeamViewerSessions({ apiUrl, loginUrl, call }: Deps): RemoteSessions {
  const isTrustworthy = ({ supporter_link, end_customer_link }: z.infer<typeof sessionSchema>) =>
    [supporter_link, end_customer_link].every((link) => isTeamViewerLink(link, [apiUrl, loginUrl]));

  const remoteOf = (session: z.infer<typeof sessionSchema>): RemoteSession => {
    const { code, supporter_link, end_customer_link } = session;
    if (!isTrustworthy(session)) {
      throw new TeamViewerError(
        "upstream-invalid",
        "TeamViewer gave a link that does not lead to TeamViewer. Tell an administrator.",
        { isAmbiguous: false },
      );
    }
    return {
      code,
      ourId: ourIdOf(session.custom_api),
      state: stateOf(session.state),
      online: session.online ?? false,
      supporterUrl: supporter_link,
      endCustomerUrl: end_customer_link,
    };
  };

  async function list(access: Access, states: string, since: Date): Promise<RemoteSession[]> {
    const found: RemoteSession[] = [];
    let offset = "";
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const query = new URLSearchParams({ full_list: "true", state: states, ...(offset ? { offset } : {}) });
      const { sessions, next_offset } = await call(access, { path: `/sessions?${query}`, schema: listSchema });
      const readable = sessions
        .map((each) => sessionSchema.safeParse(each))
        .flatMap(({ data }) => (data ? [data] : []));
      found.push(...readable.filter((each) => ourIdOf(each.custom_api) && isTrustworthy(each)).map(remoteOf));
      const oldest = readable.at(-1)?.created_at;
      if (!next_offset || (oldest && Date.parse(oldest) < since.getTime())) break;
      offset = next_offset;
    }
    return found;
  }

  async function close(access: Access, code: string): Promise<void> {
    try {
      await call(access, { method: "PUT", path: `/sessions/${code}`, body: { state: "closed" }, schema: nothing });
    } catch (error) {
      const isGone = error instanceof TeamViewerError && error.status === 404;
      if (!isGone) throw error;
    }
  }

  return {
    async open(access, { ourId, description, validUntil, assigneeId }): Promise<OpenResult> {
      const group = access.groupId ? { groupid: access.groupId } : { groupname: GROUP_NAME };
      const body = {
        ...group,
        description: description.slice(0, 4000),
        valid_until: `${validUntil.slice(0, 19)}Z`,
        custom_api: customApiOf(ourId),
      };
      const make = (assigned: { assigned_userid?: string }) =>
        call(access, { method: "POST", path: "/sessions", body: { ...body, ...assigned }, schema: sessionSchema });
      try {
        const session = assigneeId
          ? await make({ assigned_userid: assigneeId }).catch((error: unknown) => {
              // They may have left TeamViewer since they were looked up: then it is the account's. Nothing was made.
              if (error instanceof TeamViewerError && error.isAboutUser) return make({});
              throw error;
            })
          : await make({});
        // A session whose links nobody may use must not stay open.
        if (!isTrustworthy(session)) await close(access, session.code).catch(() => undefined);
        return { outcome: "opened", remote: remoteOf(session) };
      } catch (error) {
        if (!isAppError(error)) throw error;
        return { outcome: error instanceof TeamViewerError && error.isAmbiguous ? "unknown" : "refused", error };
      }
    },
    async findByOurId(access, ourId) {
      const sessions = await list(access, "open", new Date(0));
      return sessions.find((session) => session.ourId === ourId);
    },
    list: (access, since) => list(access, "open,closed", since),
    async find(access, code) {
      return remoteOf(await call(access, { path: `/sessions/${code}`, schema: sessionSchema }));
    },
    close,
  };
}

function stateOf(state: string | null | undefined): RemoteSession["state"] {
  const text = state?.toLowerCase();
  return text === "open" || text === "closed" ? text : "unknown";
}
