import * as z from 'zod';
import { admissionPolicy } from './policy.ts';

/** The JSON Schema of an admission policy's YAML, published as agents/admission/admission.schema.json for editors. */
export function admissionJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(admissionPolicy, { io: 'input' }), title: 'Trunkline admission policy' };
}
