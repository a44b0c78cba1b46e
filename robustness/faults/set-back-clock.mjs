/** @file Loaded before the command: somewhere in its first seconds the clock is set back by a day. */
const { now } = Date;
const at = performance.now() + 1000 * Number(process.env["CLASS_IT_FAULTS_CLOCK_SECONDS"] ?? 1);
const shift = () => (performance.now() > at ? 86_400_000 : 0);
Date.now = () => now() - shift();
globalThis.Date = new Proxy(Date, {
  construct: (Real, args) => Reflect.construct(Real, args.length > 0 ? args : [now() - shift()]),
});
