/** Somebody with a TeamViewer account. `userid` is how the Web API names it. */
export type Account = { userid: string; name: string; email: string; company: string };

/** The demo accounts; the consent page offers those that `mayConsent`. */
export const accounts: (Account & { mayConsent: boolean })[] = [
  { userid: "u7254190", name: "Contoso IT", email: "it@contoso.example", company: "Contoso Ltd", mayConsent: true },
  {
    userid: "u7254191",
    name: "Bruno Agent",
    email: "bruno.agent@contoso.example",
    company: "Contoso Ltd",
    mayConsent: false,
  },
  {
    userid: "u7254192",
    name: "Chiara Agent",
    email: "chiara@contoso.example",
    company: "Contoso Ltd",
    mayConsent: false,
  },
  {
    userid: "u8311027",
    name: "Fabrikam Support",
    email: "support@fabrikam.example",
    company: "Fabrikam Inc",
    mayConsent: true,
  },
];

export function accountOf(userid: string): Account | undefined {
  return accounts.find((account) => account.userid === userid);
}

/** Who signed in at the consent page, by id or e-mail; a script that does not say is the first account. */
export function consentingAccount(text: string | null): Account | undefined {
  const able = accounts.filter((account) => account.mayConsent);
  return text === null ? able[0] : able.find(({ userid, email }) => userid === text || email === text);
}

export function colleaguesOf({ company }: Account): Account[] {
  return accounts.filter((account) => account.company === company);
}
