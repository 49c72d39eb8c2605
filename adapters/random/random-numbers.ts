import { randomInt } from 'node:crypto';
import type { RandomNumbers } from '#core/ports/random-numbers';

export const systemRandom: RandomNumbers = { below: (limit) => randomInt(limit) };
