import type { TurnInput } from './input.ts';
import { heard } from './listening.ts';
import type { TurnIn } from './state.ts';
import { follow, listening, listenNext, spoken, startSilence, type TurnStep } from './step.ts';
import type { TurnSettings } from './turn-settings.ts';
import { turnsDown } from './words.ts';

/** "No, wait": as long as no queue has been asked, the caller may think better of being handed over. Undefined when that is not so. */
export function calledOff(
  state: TurnIn<'handing-over'>,
  input: TurnInput,
  settings: TurnSettings,
): TurnStep | undefined {
  const { request, step } = state;
  if (input.type !== 'final' || step.kind !== 'announcing' || request.reason === 'failure') return undefined;
  if (!turnsDown(input.text, settings.pack)) return undefined;
  const back: TurnStep<TurnIn<'caller'>> = [
    listening(state, listenNext),
    { type: 'stop-reply', reply: step.reply },
    startSilence(settings),
  ];
  return follow(back, (caller) => heard(caller, spoken(input.text, input.confidence), input.quietForMs, settings));
}
