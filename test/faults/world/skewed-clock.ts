/** Preloaded into a program of the product (`NODE_OPTIONS`): its wall clock is `CLOCK_AHEAD_S` seconds ahead, or behind when negative. */
const RealDate = Date;
const aheadMs = Number(process.env['CLOCK_AHEAD_S'] ?? '0') * 1_000;

class SkewedDate extends RealDate {
  constructor(...args: readonly [] | readonly [number | string | Date]) {
    super(args.length === 0 ? RealDate.now() + aheadMs : args[0]);
  }

  static override now(): number {
    return RealDate.now() + aheadMs;
  }
}

globalThis.Date = SkewedDate as DateConstructor;
