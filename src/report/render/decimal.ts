/** @file A number as text for tables and figures: with a minus sign, and never less than zero when it rounds to zero. */

/** Such as "−0.15", and "0.00" for −0.001 with two decimals. */
export function decimal(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}
