import { toneOf } from '../calls/tones.ts';
import type { Tone } from '../leg.ts';
import { errors } from './errors.ts';

/** Throws the 400 for a name that is no key. */
export function readTones(names: readonly string[], field: string): readonly Tone[] {
  return names.map((name) => {
    const tone = toneOf(name);
    if (tone === undefined) throw errors.invalidField(field, 'it names a tone that does not exist.');
    return tone;
  });
}
