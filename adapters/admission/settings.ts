import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { parsePolicy } from '#core/admission/parse';
import { openPolicy, type AdmissionPolicy } from '#core/admission/policy';
import { ConfigurationError } from '../settings/load-settings.ts';

export const admissionSettings = z
  .object({ ADMISSION_FILE: z.string().optional() })
  .transform((env) => ({ file: env.ADMISSION_FILE }));

export type AdmissionSettings = z.infer<typeof admissionSettings>;

/** The policy that holds where none was put into the storage. Throws `ConfigurationError` with file, line and field of everything that is wrong. */
export function loadDefaultPolicy({ file }: AdmissionSettings): AdmissionPolicy {
  if (file === undefined) return openPolicy;
  const parsed = parsePolicy(readText(file), file);
  if (parsed.ok) return parsed.value;
  throw new ConfigurationError(`Invalid admission policy:\n${parsed.problems.join('\n')}`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new ConfigurationError(`Cannot read the file ${file} (ADMISSION_FILE)`);
  }
}
