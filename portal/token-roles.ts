/**
 * The app roles in the API's access token, only to show what can be done: it is the API that decides. Where the token cannot
 * be read, every screen is offered.
 */
export function rolesIn(accessToken: string): readonly string[] {
  try {
    const payload = accessToken.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? "";
    const { roles = [] } = JSON.parse(atob(payload)) as { roles?: string[] };
    return roles;
  } catch {
    return ["RemoteAssistance.Update", "RemoteAssistance.Request", "RemoteAssistance.Read"];
  }
}
