import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

type Props = {
  label: string;
  hint?: string | undefined;
  children: (ids: { id: string; "aria-describedby": string | undefined }) => ComponentChildren;
};

/** A labelled field; `children` gets the ids that tie its input to label and hint. */
export function Field({ label, hint, children }: Props) {
  const id = useId();
  const hintId = hint ? `${id}-hint` : undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, "aria-describedby": hintId })}
      {hint && (
        <span class="hint" id={hintId}>
          {hint}
        </span>
      )}
    </div>
  );
}

type SelectProps = {
  label: string;
  value: string;
  /** Values with what is shown for them. */
  options: readonly (readonly [value: string, text: string])[];
  onChange: (value: string) => void;
};

/** A choice of one of few. */
export function SelectField({ label, value, options, onChange }: SelectProps) {
  return (
    <Field label={label}>
      {(ids) => (
        <select {...ids} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          {options.map(([each, text]) => (
            <option key={each} value={each}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
