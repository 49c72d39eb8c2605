/** How often a recogniser that fails is opened again in a row, and after which pause: the first time at once, since somebody may be speaking. */
const REOPEN_PAUSES_MS = [0, 250, 500, 1_000];
/** So long after the first loss, a failure is the last: who cannot be heard goes to a person soon, however slowly each attempt fails. */
const LOST_MAX_MS = 1_900;
/** One that lasted so long was not broken when it opened: its loss begins a new row. */
const STEADY_MS = 30_000;

/** Losses in a row: without words of the caller in between. */
export interface Losses {
  readonly count: number;
  /** When the first of the row was lost. */
  readonly firstAtMs: number;
}

export const noLosses: Losses = { count: 0, firstAtMs: 0 };

/** `livedMs` is how long it was open: 0 when it could not be opened. `reopenAfterMs` is left out when it is time to give up. */
export function afterLoss(
  losses: Losses,
  loss: { readonly atMs: number; readonly livedMs: number; readonly mayPass: boolean },
): { readonly losses: Losses; readonly reopenAfterMs?: number } {
  const isNewRow = losses.count === 0 || loss.livedMs >= STEADY_MS;
  const firstAtMs = isNewRow ? loss.atMs : losses.firstAtMs;
  const before = isNewRow ? 0 : losses.count;
  const next = { count: before + 1, firstAtMs };
  const pauseMs = REOPEN_PAUSES_MS[before];
  if (!loss.mayPass || pauseMs === undefined || loss.atMs - firstAtMs > LOST_MAX_MS) return { losses: next };
  return { losses: next, reopenAfterMs: pauseMs };
}

/** So much voice without a sign of the recogniser: its socket is open and nobody is there. Partials come within a second of speech. */
const UNANSWERED_MAX_MS = 8_000;
/** Music and talk in the background are voice to the detector and nothing to some recognisers: each doubt in a row waits twice as long. */
const DOUBTS_DOUBLING_MAX = 3;
/** Enough to be a word. */
const WORD_MS = 600;
/** A caller who has said something short and waits for an answer says no more. Costs one more recogniser, which hears it again. */
const FIRST_SIGN_WITHIN_MS = 3_000;

export interface Silence {
  /** Voice that went in since its last sign: words, "no words in that", or "somebody speaks". */
  readonly unansweredMs: number;
  /** Since the first of that voice. */
  readonly sinceMs: number;
  /** Recognisers replaced for their silence, without words of the caller since. */
  readonly doubts: number;
  /** Whether this one has given any sign since it was opened. */
  readonly everAnswered: 'yes' | 'no';
}

/** What to think of a recogniser that hears voice and is silent. The first doubt comes early, and is not held against the next one. */
export function judgeSilence({ unansweredMs, sinceMs, doubts, everAnswered }: Silence): 'wait' | 'replace' | 'give-up' {
  if (doubts === 0 && unansweredMs >= WORD_MS && sinceMs >= FIRST_SIGN_WITHIN_MS) return 'replace';
  const earlier = Math.max(0, doubts - 1);
  const patienceMs = UNANSWERED_MAX_MS * 2 ** Math.min(earlier, DOUBTS_DOUBLING_MAX);
  if (earlier > 0 && everAnswered === 'no' && unansweredMs >= UNANSWERED_MAX_MS) return 'give-up';
  return unansweredMs >= patienceMs ? 'replace' : 'wait';
}
