import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';

/** About a tenth of a second and 32 MB for each: four digits are found out by whoever has the file, not by the way. */
const COST = 2 ** 15;
const BLOCK_SIZE = 8;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** What scrypt needs for the largest cost that a file may ask for, twice over. */
const MEMORY_MAX_BYTES = 512 * 1024 * 1024;

/** `scrypt$<cost>$<salt>$<hash>`; the last two in base64url. */
export const DIGIT_HASH = /^scrypt\$(16384|32768|65536|131072)\$([A-Za-z0-9_-]{22})\$([A-Za-z0-9_-]{43})$/;

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

/** A salted hash of a PIN or of last digits, to be kept in a file. */
export async function hashDigits(digits: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derived(digits, salt, COST);
  return `scrypt$${COST}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

/** Takes the same time for wrong digits as for right ones. False for what is no such hash. */
export async function hashMatches(stored: string, digits: string): Promise<boolean> {
  const [, cost = '', salt = '', hash = ''] = DIGIT_HASH.exec(stored) ?? [];
  if (hash === '') return false;
  const given = await derived(digits, Buffer.from(salt, 'base64url'), Number(cost));
  return timingSafeEqual(given, Buffer.from(hash, 'base64url'));
}

function derived(digits: string, salt: Buffer, cost: number): Promise<Buffer> {
  return derive(digits, salt, HASH_BYTES, { N: cost, r: BLOCK_SIZE, p: 1, maxmem: MEMORY_MAX_BYTES });
}
