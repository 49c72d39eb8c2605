import { parseYaml, type ParsedYaml } from '../yaml-file.ts';
import { languagePack, type LanguagePack } from './pack.ts';

/** Reads a language's YAML. Never throws: whoever wrote the file is told every problem at once, with its line. */
export function parseLanguage(yamlText: string, fileName: string): ParsedYaml<LanguagePack> {
  return parseYaml(yamlText, fileName, {
    schema: languagePack,
    check: () => [],
    schemaFile: 'agents/languages/language.schema.json',
    example: 'language: en',
  });
}
