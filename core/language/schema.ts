import * as z from 'zod';
import { languagePack } from './pack.ts';

/** The JSON Schema of a language's YAML, published as agents/languages/language.schema.json for editors. */
export function languageJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(languagePack, { io: 'input' }), title: 'Trunkline language' };
}
