import type { ArgumentValue } from './parameters.ts';

/** By place: a parameter's name, or one of the call's, which have a dot. */
export type PlaceValues = ReadonlyMap<string, ArgumentValue>;

const PLACE = /\{([a-z][a-z0-9_.]*)\}/g;

export function placesIn(text: string): string[] {
  return [...text.matchAll(PLACE)].map(([, place = '']) => place);
}

/** Whether a brace is left that is part of no place. */
export function hasStrayBrace(text: string): boolean {
  return /[{}]/.test(text.replaceAll(PLACE, ''));
}

/** Undefined when a place has no value. What is filled in is never looked at again: a value in braces stays as it is. */
export function fillPlaces(
  template: string,
  values: PlaceValues,
  encode: (value: string) => string,
): string | undefined {
  if (placesIn(template).some((place) => !values.has(place))) return undefined;
  return template.replaceAll(PLACE, (_, place: string) => encode(String(values.get(place))));
}

/** A JSON value with its places filled in; undefined when a value is missing that all of it depends on. */
export function fillJson(template: unknown, values: PlaceValues): unknown {
  if (typeof template === 'string') return fillString(template, values);
  if (Array.isArray(template)) {
    return template.map((element) => fillJson(element, values)).filter((element) => element !== undefined);
  }
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(
    Object.entries(template)
      .map(([name, member]) => [name, fillJson(member, values)] as const)
      .filter(([, member]) => member !== undefined),
  );
}

function fillString(template: string, values: PlaceValues): ArgumentValue | undefined {
  const [place = ''] = placesIn(template);
  return template === `{${place}}` ? values.get(place) : fillPlaces(template, values, (value) => value);
}
