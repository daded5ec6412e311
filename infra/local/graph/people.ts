import { principals } from "../principals.ts";
import { familyNameFirst, type Person, peopleByLanguage } from "./names-by-language.ts";
import { seeded } from "./random.ts";

/** A person of the directory: microsoft.graph.user, the part that is looked at here. */
export type GraphUser = {
  id: string;
  displayName: string;
  givenName: string | null;
  surname: string | null;
  mail: string | null;
  userPrincipalName: string;
  preferredLanguage: string | null;
  accountEnabled: boolean;
};

/** The people who own the devices, the well-known ones first, then the demo sign-ins and a mailbox to write from. */
export function demoUsers(): GraphUser[] {
  return [
    user(["Ana", "Duval", "ana"], { preferredLanguage: "fr-FR" }),
    user(["Paula", "Schmidt", "paula"], { preferredLanguage: "de-DE" }),
    user(["Lee", "Martínez", "lee"], { preferredLanguage: "es-MX" }),
    user(["Kim", "Novak", "kim"], { preferredLanguage: null }),
    user(["No", "Mailbox", "no.mailbox"], { preferredLanguage: "en-GB", mail: null }),
    user(["Left", "Company", "left.company"], { preferredLanguage: null, accountEnabled: false }),
    user(["Gast", "Fabrikam", "gast_fabrikam.example#EXT#"], {
      preferredLanguage: null,
      mail: "gast@fabrikam.example",
    }),
    ...Object.entries(peopleByLanguage).flatMap(([language, people]) =>
      people.map((person) => user(person, { preferredLanguage: language })),
    ),
    ...principals
      .filter((principal) => principal.kind === "person")
      .map(({ id, name }) => {
        const [givenName = name, surname = ""] = name.split(" ");
        return user([givenName, surname, name.toLowerCase().replace(" ", ".")], { id, preferredLanguage: "en-US" });
      }),
    // A shared mailbox: nobody signs in with it.
    user(["IT", "Support", "it-support"], { accountEnabled: false }),
  ];
}

function user([givenName, surname, account]: Person, given: Partial<GraphUser>): GraphUser {
  const isFamilyNameFirst = familyNameFirst.has(given.preferredLanguage ?? "");
  const address = `${account}@contoso.example`;
  return {
    id: seeded(`user ${account}`).guid(),
    displayName: isFamilyNameFirst ? `${surname} ${givenName}` : `${givenName} ${surname}`,
    givenName,
    surname,
    mail: address,
    userPrincipalName: address,
    preferredLanguage: null,
    accountEnabled: true,
    ...given,
  };
}
