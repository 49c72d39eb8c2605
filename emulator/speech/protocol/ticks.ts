/** The service counts time in ticks of 100 ns. */
export const TICKS_PER_MS = 10_000;
