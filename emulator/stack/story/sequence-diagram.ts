import type { Part } from './event.ts';
import type { StoryLine } from './storyteller.ts';

const participants: readonly (readonly [part: Part, title: string])[] = [
  ['caller', 'Caller, IVR'],
  ['sbc', 'SBC'],
  ['edge', 'SIP edge'],
  ['functions', 'Functions'],
  ['bridge', 'Media bridge'],
  ['speech', 'Speech'],
  ['model', 'OpenAI'],
  ['queue', 'Queue of people'],
];

const TEXT_MAX_CHARS = 90;

/** A Mermaid sequence diagram of one call, from the lines of its story. */
export function storyDiagram(story: readonly StoryLine[]): string {
  const present = new Set(story.flatMap(({ from, to }) => [from, to]));
  return [
    'sequenceDiagram',
    ...participants.filter(([part]) => present.has(part)).map(([part, title]) => `  participant ${part} as ${title}`),
    ...story.map((line) => `  ${arrow(line)}`),
    '',
  ].join('\n');
}

function arrow({ from, to, kind, text, sinceStartMs }: StoryLine): string {
  const label = `${mermaidText(text)} [${(sinceStartMs / 1_000).toFixed(2)} s]`;
  if (from === to) return `Note over ${from}: ${label}`;
  if (kind === 'trouble') return `${from}-x${to}: ${label}`;
  const isResponse = kind === 'sip' && /^\d{3} /.test(text);
  return `${from}${isResponse ? '-->>' : '->>'}${to}: ${label}`;
}

/** Mermaid ends a statement at `;`, begins a comment at `%%`, an entity at `#`, and reads some HTML. */
function mermaidText(text: string): string {
  const safe = text.replaceAll(/[;#]/g, ',').replaceAll('%%', '% %').replaceAll('<', '‹').replaceAll('>', '›');
  return safe.length > TEXT_MAX_CHARS ? `${safe.slice(0, TEXT_MAX_CHARS)}…` : safe;
}
