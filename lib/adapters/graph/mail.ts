import type { Client } from "@microsoft/microsoft-graph-client";
import type { Senders } from "../../notifications/ports.ts";
import { sendResultOf } from "./send-result.ts";

const refusals: Record<number, string> = { 403: "graph-permission-missing", 404: "sender-not-found" };

type Mail = NonNullable<Senders["email"]>;

/**
 * E-mail from one mailbox (learn.microsoft.com/graph/api/user-sendmail). 202 says that Exchange took it, not that it
 * arrived. Nothing is kept among the sent items: the link in it is for its recipient alone.
 */
export function makeMail(client: Client, sender: string): Mail {
  return {
    send: ({ to, subject, html }) => {
      const message = {
        subject,
        body: { contentType: "HTML", content: html },
        toRecipients: [{ emailAddress: { address: to } }],
      };
      const post = async () =>
        client.api(`/users/${encodeURIComponent(sender)}/sendMail`).post({ message, saveToSentItems: false });
      return sendResultOf(post(), (status) => refusals[status] ?? "refused-by-exchange");
    },
  };
}
