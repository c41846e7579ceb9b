/** Buttons, choices and fields: native elements, styled. */

import { type ButtonHTMLAttributes, type ReactNode, type Ref, useId } from "react";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: "plain" | "primary" | "buy" | "sell";
  size?: "small" | "normal" | "large";
}

export function Button({ look = "plain", size = "normal", className, ...rest }: ButtonProps) {
  const classes = ["button", `button-${look}`, `button-${size}`, className ?? ""].join(" ").trim();
  return <button type="button" className={classes} {...rest} />;
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string;
  children: ReactNode;
}

export function IconButton({ label, children, ...rest }: IconButtonProps) {
  return (
    <button type="button" className="icon-button" aria-label={label} title={label} {...rest}>
      {children}
    </button>
  );
}

interface Choice<Value extends string> {
  value: Value;
  label: ReactNode;
  name?: string;
}

interface SegmentedProps<Value extends string> {
  legend: string;
  value: Value;
  choices: readonly Choice<Value>[];
  onChange: (value: Value) => void;
  look?: "plain" | "side" | "quiet" | "tight";
}

/** One of a few: radio buttons that look like one control, so that the arrow keys work. */
export function Segmented<Value extends string>(props: SegmentedProps<Value>) {
  const name = useId();
  return (
    <fieldset className={`segmented segmented-${props.look ?? "plain"}`}>
      <legend className="visually-hidden">{props.legend}</legend>
      {props.choices.map((choice) => (
        <label key={choice.value} data-value={choice.value}>
          <input
            type="radio"
            name={name}
            value={choice.value}
            checked={choice.value === props.value}
            aria-label={choice.name}
            onChange={() => props.onChange(choice.value)}
          />
          <span>{choice.label}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  error?: string | undefined;
  suffix?: string;
  hint?: ReactNode;
  inputMode?: "decimal" | "text";
  type?: "text" | "password";
  autoComplete?: string;
  autoFocus?: boolean;
  inputRef?: Ref<HTMLInputElement>;
  onKeyDown?: (event: React.KeyboardEvent<HTMLInputElement>) => void;
}

/** A labelled text field with its error below it. */
export function Field(props: FieldProps) {
  const id = useId();
  const errorId = `${id}-error`;
  return (
    <div className="field" data-invalid={props.error ? true : undefined}>
      <div className="field-head">
        <label htmlFor={id}>{props.label}</label>
        {props.hint}
      </div>
      <div className="field-box">
        <input
          id={id}
          ref={props.inputRef}
          type={props.type ?? "text"}
          inputMode={props.inputMode ?? "text"}
          autoComplete={props.autoComplete ?? "off"}
          // biome-ignore lint/a11y/noAutofocus: only where a page opens to be typed into
          autoFocus={props.autoFocus ?? false}
          spellCheck={false}
          value={props.value}
          aria-invalid={props.error ? true : undefined}
          aria-describedby={props.error ? errorId : undefined}
          onChange={(event) => props.onChange(event.target.value)}
          onKeyDown={props.onKeyDown}
        />
        {props.suffix ? <span className="field-suffix">{props.suffix}</span> : null}
      </div>
      {props.error ? (
        <p className="field-error" id={errorId}>
          {props.error}
        </p>
      ) : null}
    </div>
  );
}

interface SelectProps<Value extends string> {
  label: string;
  value: Value;
  choices: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
  hideLabel?: boolean;
}

export function Select<Value extends string>(props: SelectProps<Value>) {
  const id = useId();
  return (
    <div className="field">
      <div className={props.hideLabel ? "visually-hidden" : "field-head"}>
        <label htmlFor={id}>{props.label}</label>
      </div>
      <div className="field-box">
        <select
          id={id}
          value={props.value}
          onChange={(event) => {
            const chosen = props.choices.find((choice) => choice.value === event.target.value);
            if (chosen) props.onChange(chosen.value);
          }}
        >
          {props.choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

interface CheckProps {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** A choice that is on or off. */
export function Check({ label, checked, onChange }: CheckProps) {
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      {label}
    </label>
  );
}
