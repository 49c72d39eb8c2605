import { checkLanguages } from '../language/check-languages.ts';
import { checkTools } from '../tools/check-tools.ts';
import type { YamlIssue } from '../yaml-file.ts';
import type { AgentDefinition } from './definition.ts';

/** What `greeting` may have filled in. */
const PLACES = ['name', 'reason'];

/** What a schema cannot say: names that refer to each other, and keys and places that have a meaning already. */
export function crossCheck(agent: AgentDefinition): YamlIssue[] {
  return [
    ...checkQueueNames(agent),
    ...checkFallback(agent),
    ...checkFailureQueue(agent),
    ...checkKeys(agent),
    ...checkPlaces(agent),
    ...checkLanguages(agent),
    ...checkTools(agent),
  ];
}

function checkQueueNames({ queues }: AgentDefinition): YamlIssue[] {
  const names = queues.map(({ name }) => name);
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [{ path: ['queues', index, 'name'], message: `there is another queue "${name}": give each its own name` }],
  );
}

function checkFallback({ handover, queues }: AgentDefinition): YamlIssue[] {
  const names = queues.map(({ name }) => name);
  return handover.fallback.flatMap((name, index) =>
    names.includes(name)
      ? []
      : [
          {
            path: ['handover', 'fallback', index],
            message: `no queue is called "${name}"; there are ${names.join(', ')}`,
          },
        ],
  );
}

function checkFailureQueue({ failure, queues }: AgentDefinition): YamlIssue[] {
  const names = queues.map(({ name }) => name);
  return failure.queue === undefined || names.includes(failure.queue)
    ? []
    : [
        {
          path: ['failure', 'queue'],
          message: `no queue is called "${failure.queue}"; there are ${names.join(', ')}`,
        },
      ];
}

function checkKeys({ keypad }: AgentDefinition): YamlIssue[] {
  return keypad.toPerson !== undefined && keypad.toPerson === keypad.terminator
    ? [{ path: ['keypad', 'toPerson'], message: 'the same key as keypad.terminator: choose another' }]
    : [];
}

/** A place that nothing fills would be read out to the caller, or keep the greeting from ever being said. */
function checkPlaces({ languages }: AgentDefinition): YamlIssue[] {
  return languages.flatMap(({ greeting, greetingUnknown }, index) =>
    placesIn(greeting, greetingUnknown).map(({ path, message }) => ({ path: ['languages', index, ...path], message })),
  );
}

function placesIn(greeting: string, greetingUnknown: string): YamlIssue[] {
  const placesOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, place = '']) => place);
  return [
    ...placesOf(greeting)
      .filter((place) => !PLACES.includes(place))
      .map((place) => ({
        path: ['greeting'],
        message: `nothing fills {${place}}; there are {${PLACES.join('}, {')}}`,
      })),
    ...placesOf(greetingUnknown).map((place) => ({
      path: ['greetingUnknown'],
      message: `nothing fills {${place}} here: write it without`,
    })),
  ];
}
