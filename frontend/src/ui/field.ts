/** What every labelled control is told, beside what goes to the control itself. */
export interface FieldProps {
  label: string;
  value: string;
  /** A sentence of help below. */
  hint?: string | undefined;
  /** What is wrong with the value; replaces the hint. */
  problem?: string | undefined;
  /** Keeps the label for assistive technology only. */
  hideLabel?: boolean;
  /** Monospace: what goes over the wire or to a shell. */
  mono?: boolean;
}
