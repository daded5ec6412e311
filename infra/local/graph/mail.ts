import * as z from "zod";
import { jsonOf } from "./json-body.ts";
import { Refusal } from "./refusal.ts";

const mailSchema = z.strictObject({
  message: z.strictObject({
    subject: z.string().min(1),
    body: z.strictObject({ contentType: z.enum(["HTML", "Text"]), content: z.string().min(1) }),
    toRecipients: z.array(z.strictObject({ emailAddress: z.strictObject({ address: z.string() }) })),
  }),
  saveToSentItems: z.boolean().optional(),
});

/** What an e-mail says and to whom, or 400: everything has to be there, nothing else is known (learn.microsoft.com/graph/api/user-sendmail). */
export function mailOf(body: string): { to: string[]; subject: string; html: string } {
  const { message } = parsed(body);
  const to = message.toRecipients.map(({ emailAddress: { address } }) => address);
  const isWrong = to.length === 0 || to.some((address) => !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address));
  if (isWrong) throw new Refusal(400, "ErrorInvalidRecipients", "At least one recipient is not valid.");
  return { to, subject: message.subject, html: message.body.content };
}

function parsed(body: string): z.infer<typeof mailSchema> {
  const { data, error } = mailSchema.safeParse(jsonOf(body));
  if (data) return data;
  const wrong = error.issues[0]?.path.join(".") || "message";
  throw new Refusal(400, "RequestBodyRead", `The property '${wrong}' is missing, empty or not known.`);
}
