import { useDraft } from "../draft.ts";
import { Field } from "./field.tsx";

type Props = { label: string; value: string; type: "id" | "date"; onChange: (value: string) => void };

/** A date is complete, though not what was meant, after each digit of its year. */
const DATE_TYPING_MS = 800;

/** A field of a filter: taken when it is left, at Enter, and a date that was picked after a moment. */
export function FilterInput({ label, value, type, onChange }: Props) {
  const { draft, setDraft, flush } = useDraft(value, onChange, type === "date" ? DATE_TYPING_MS : undefined);
  return (
    <Field label={label}>
      {(ids) => (
        <input
          {...ids}
          {...(type === "date" ? { type } : { class: "id", autocomplete: "off", spellcheck: false })}
          value={draft}
          onInput={(event) => setDraft(event.currentTarget.value)}
          onBlur={flush}
          onKeyDown={({ key }) => key === "Enter" && flush()}
        />
      )}
    </Field>
  );
}
