import { codeAloud } from '../screening/new-code.ts';
import { saidDigits, saysCode } from '../screening/said-code.ts';
import type { Gate } from './gate.ts';
import type { TurnSettings } from './turn-settings.ts';

type Asking = Extract<Gate, { kind: 'code' | 'proof' }>;

/** How a conversation listens while a gate asks: nothing is thought ahead, keys are digits, and who is silent hears the question again. */
export function settingsAtGate(gate: Gate, settings: TurnSettings): TurnSettings {
  if (gate.kind !== 'code' && gate.kind !== 'proof') return settings;
  const { turnTaking, keypad, texts, silence, screening } = settings;
  const again = questionAgain(gate, settings);
  return {
    ...settings,
    turnTaking: { ...turnTaking, thinkAhead: 'off' },
    keypad: { ...keypad, toPerson: undefined, menu: {}, maxDigits: digitsOf(gate, settings) },
    texts: { ...texts, reprompts: texts.reprompts.map(() => again) },
    silence:
      gate.kind === 'code' ? { ...silence, then: screening.then === 'hang-up' ? 'close' : 'hand-over' } : silence,
  };
}

/** Whether these words are all that was asked for: nobody waits for more. */
export function isWholeAnswer(gate: Gate, text: string, settings: TurnSettings): boolean {
  if (gate.kind === 'code') return saysCode(text, gate.code, settings.pack);
  const digits = digitsOf(gate, settings);
  return gate.kind === 'proof' && digits !== undefined && saidDigits(text, settings.pack)[0]?.length === digits;
}

/** The question as it is asked again; that for a proof always. */
export function questionAgain(gate: Asking, settings: TurnSettings): string {
  const { texts, identity } = settings;
  if (gate.kind === 'code') return filled(texts.codeAgain, gate, settings);
  return gate.proof === 'pin'
    ? texts.pinRequest
    : texts.lastDigitsRequest.replaceAll('{count}', String(identity?.lastDigits ?? ''));
}

/** A sentence with the code in it. */
export function filled(text: string, { code }: Extract<Gate, { kind: 'code' }>, { pack }: TurnSettings): string {
  return text.replaceAll('{code}', codeAloud(code, pack));
}

/** How many digits the gate waits for; undefined where it may be any number of them. */
export function digitsOf(gate: Gate, { identity }: TurnSettings): number | undefined {
  if (gate.kind === 'code') return gate.code.length;
  return gate.kind === 'proof' && gate.proof === 'last-digits' ? identity?.lastDigits : undefined;
}
