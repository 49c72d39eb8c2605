import { createInterface } from 'node:readline';
import { PROOF_DIGITS } from '../../core/ports/identity-proof.ts';
import { hashDigits } from './digit-hash.ts';

// Standard input, a line each: an argument would stay in the shell's history. Prints what goes under `proof` in a file of customers.
for await (const line of createInterface({ input: process.stdin, terminal: false })) {
  if (PROOF_DIGITS.test(line)) process.stdout.write(`${await hashDigits(line)}\n`);
  else {
    process.stderr.write('Expected 3 to 12 digits a line, such as: echo 4711 | npm run --silent hash-digits\n');
    process.exitCode = 1;
  }
}
