import { parseYaml, type ParsedYaml } from '../yaml-file.ts';
import { admissionPolicy, type AdmissionPolicy } from './policy.ts';

/** Reads the YAML of an admission policy. Never throws: whoever wrote it is told every problem at once, as `file:line: field: what is wrong`. */
export function parsePolicy(yamlText: string, fileName: string): ParsedYaml<AdmissionPolicy> {
  return parseYaml(yamlText, fileName, {
    schema: admissionPolicy,
    check: () => [],
    schemaFile: 'agents/admission/admission.schema.json',
    example: 'agent: on',
  });
}
