import { parse } from 'yaml';

/** What differs between two YAML texts, one line a field, as their authors wrote them. Both are known to be YAML. */
export function changesBetween(before: string, after: string): string[] {
  return differences('', parse(before), parse(after));
}

function differences(path: string, before: unknown, after: unknown): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isFields(before) && isFields(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => differences(path === '' ? name : `${path}.${name}`, before[name], after[name]));
  }
  if (isList(before) && isList(after)) {
    const gone = before.filter((item) => !after.includes(item)).map((item) => `${path}: - ${shown(item)}`);
    const come = after.filter((item) => !before.includes(item)).map((item) => `${path}: + ${shown(item)}`);
    if (gone.length + come.length > 0) return [...gone, ...come];
  }
  return [`${path === '' ? 'everything' : path}: ${shown(before)} -> ${shown(after)}`];
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is readonly (string | number)[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' || typeof item === 'number');
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return '(none)';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
