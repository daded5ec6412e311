import type { Texts } from "../../texts.ts";

/** An action of the audit in the reader's words; of one that the portal does not know, its code. */
export const actionText = (action: string, { maybe }: Texts): string => maybe(`action.${action}`) ?? action;
