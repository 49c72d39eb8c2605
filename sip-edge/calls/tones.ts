/** Keys as SIP people write them and as Call Automation names them. */
import type { Tone } from '../leg.ts';

const names = {
  '0': 'zero',
  '1': 'one',
  '2': 'two',
  '3': 'three',
  '4': 'four',
  '5': 'five',
  '6': 'six',
  '7': 'seven',
  '8': 'eight',
  '9': 'nine',
  A: 'a',
  B: 'b',
  C: 'c',
  D: 'd',
  '#': 'pound',
  '*': 'asterisk',
} as const satisfies Record<Tone, string>;

export type ToneName = (typeof names)[Tone];

export function toneName(tone: Tone): ToneName {
  return names[tone];
}

const tones = new Map<string, Tone>(Object.entries(names).map(([tone, name]) => [name, tone as Tone]));

/** Names are matched without case, as enumerations of the service are. */
export function toneOf(name: string): Tone | undefined {
  return tones.get(name.toLowerCase());
}
